//! y = a x + b with numbers a and b
//!
//! dx = a dy

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat_mut};

/// Multiplies by a number and adds one: `2.0 * x`, `1.0 - x` and `-x` in `fn forward`.
///
/// ```
/// use dnn_core::{Affine, InPlace};
/// let mut buffer = [[1.0f32, 2.0]];
/// Affine { scale: -1.0, shift: 1.0 }.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, -1.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// a
    pub scale: f64,
    /// b
    pub shift: f64,
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Affine {
    const KEEPS: Keeps = Keeps::Nothing;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        let (scale, shift) = (X::Scalar::from_f64(self.scale), X::Scalar::from_f64(self.shift));
        // One operation where one is written: x + 0 would lose the sign of a zero.
        for v in flat_mut(buffer) {
            if self.scale != 1.0 {
                *v *= scale;
            }
            if self.shift != 0.0 {
                *v += shift;
            }
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, _: &[X], gradient: &mut [X]) {
        let scale = X::Scalar::from_f64(self.scale);
        if self.scale != 1.0 {
            for d in flat_mut(gradient) {
                *d *= scale;
            }
        }
    }
}
