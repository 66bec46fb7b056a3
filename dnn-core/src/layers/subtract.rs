//! y = a - b, with broadcasting
//!
//! da += dy, db -= dy, each summed over what was repeated

use crate::operand::{Operand, gather, meet};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The difference of two values, element by element, with broadcasting: `a - b` in `fn forward`. As an operand it is `b`.
///
/// ```
/// use dnn_core::{Operand, Subtract};
/// let mut y = [[5.0f32, 7.0]];
/// Subtract.put(&[[1.0f32, 2.0]], &mut y);
/// assert_eq!(y, [[4.0, 5.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Subtract;

impl<X: Tensor<Scalar: Scalar>, Y: Tensor<Scalar = X::Scalar>> Operand<X, Y> for Subtract {
    #[inline(always)]
    fn put(&self, x: &[X], y: &mut [Y]) {
        meet(x, y, |y, x| *y -= x);
    }

    #[inline(always)]
    fn pull(&self, dy: &[Y], dx: &mut [X]) {
        gather(dy, dx, |dx, dy| *dx -= dy);
    }
}
