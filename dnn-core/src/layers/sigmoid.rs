//! y = 1 / (1 + e^-x), written for either sign so that e^(..) cannot overflow
//!
//! dx = dy y (1 - y)
//!
//! A NaN stays a NaN, and so does its gradient; the infinities become 1 and 0, and their gradient is 0.

use crate::kernels::elementary::{self, Function};
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// The logistic function y = 1 / (1 + e^-x), PyTorch's
/// [`Sigmoid`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html).
///
/// ```
/// use dnn_core::{InPlace, Sigmoid};
/// let mut buffer = [[0.0f32, 100.0]];
/// Sigmoid.infer(&mut buffer);
/// assert_eq!(buffer, [[0.5, 1.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Sigmoid {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::map(Function::Sigmoid, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        for (y, d) in flat(y).iter().zip(flat_mut(gradient)) {
            *d *= *y * (X::Scalar::ONE - *y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_gradients_of_the_logistic_function() {
        let mut buffer = [[0.0f64, -1000.0, 1000.0]];
        Sigmoid.infer(&mut buffer);
        assert_eq!(buffer, [[0.5, 0.0, 1.0]]);
        let mut gradient = [[4.0, 4.0, 4.0]];
        Sigmoid.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[1.0, 0.0, 0.0]]);
    }
}
