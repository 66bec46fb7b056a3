//! y = max(x, 0)
//!
//! dx = dy where y > 0, else 0: the gradient at the kink x = 0 is 0, as in PyTorch. A NaN stays a NaN, and its gradient is 0.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// The rectified linear unit y = max(x, 0), PyTorch's
/// [`ReLU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html).
///
/// ```
/// use dnn_core::{InPlace, Relu};
/// let mut buffer = [[-2.0f32, 3.0]];
/// Relu.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 3.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu;

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Relu {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        for v in flat_mut(buffer) {
            // Written whatever it is: a store that depends on the element could not be part of a vector.
            *v = if *v < X::Scalar::ZERO { X::Scalar::ZERO } else { *v };
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        for (y, d) in flat(y).iter().zip(flat_mut(gradient)) {
            *d = if *y > X::Scalar::ZERO { *d } else { X::Scalar::ZERO };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_values_become_zero_and_pass_no_gradient() {
        let mut buffer = [[-1.0f32, 0.0, 2.0]];
        Relu.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, 0.0, 2.0]]);
        let mut gradient = [[5.0, 6.0, 7.0]];
        Relu.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 0.0, 7.0]]);
    }
}
