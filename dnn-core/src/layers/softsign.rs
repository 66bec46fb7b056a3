//! y = x / (1 + |x|)
//!
//! dx = dy / (1 + |x|)^2. A NaN stays a NaN, and so does its gradient. At either infinity the result is NaN, as in PyTorch,
//! and the gradient 0.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// y = x / (1 + |x|), PyTorch's
/// [`Softsign`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softsign.html).
///
/// ```
/// use dnn_core::{InPlace, Softsign};
/// let mut buffer = [[-1.0f32, 0.0, 3.0]];
/// Softsign.infer(&mut buffer);
/// assert_eq!(buffer, [[-0.5, 0.0, 0.75]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softsign;

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Softsign {
    // Far from 0 the output is so near to 1 that it says little of x.
    const KEEPS: Keeps = Keeps::Input;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        for v in flat_mut(buffer) {
            *v /= X::Scalar::ONE + v.abs();
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, x: &[X], gradient: &mut [X]) {
        for (x, d) in flat(x).iter().zip(flat_mut(gradient)) {
            let root = X::Scalar::ONE + x.abs();
            *d = *d / root / root; // root^2 may be infinite
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_falls_with_the_square_of_the_distance() {
        let x = [[-3.0f64, 0.0, 1.0]];
        let mut gradient = [[16.0; 3]];
        Softsign.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!(gradient, [[1.0, 16.0, 4.0]]);
    }

    #[test]
    fn the_largest_numbers_have_a_sign() {
        let x = [[f32::MAX, f32::MIN]];
        let (mut buffer, mut gradient) = (x, [[1.0; 2]]);
        Softsign.infer(&mut buffer);
        Softsign.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!((buffer, gradient), ([[1.0, -1.0]], [[0.0; 2]]));
    }
}
