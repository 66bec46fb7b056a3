//! y = max(x, 0)
//!
//! dx = dy where y > 0, else 0: the gradient at the kink x = 0 is 0, as in PyTorch. A NaN stays a NaN, and its gradient is 0.

use crate::kernels::level::elementwise;
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
        rectify(flat_mut(buffer));
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        pass_on(flat_mut(gradient), flat(y));
    }
}

elementwise! {
    /// y = max(x, 0)
    fn rectify[T: Scalar](values: &mut [T]) {
        for v in values {
            // Written whatever it is: a store that depends on the element could not be part of a vector.
            *v = if *v < T::ZERO { T::ZERO } else { *v };
        }
    }
}

elementwise! {
    /// dx = dy where y > 0
    fn pass_on[T: Scalar](gradient: &mut [T], y: &[T]) {
        for (d, y) in gradient.iter_mut().zip(y) {
            *d = if *y > T::ZERO { *d } else { T::ZERO };
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
