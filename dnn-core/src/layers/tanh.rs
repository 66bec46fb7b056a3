//! y = tanh x
//!
//! dx = dy (1 - y^2)
//!
//! A NaN stays a NaN, and so does its gradient; the infinities become 1 and -1, and their gradient is 0.

use crate::kernels::elementary::{self, Function};
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// The hyperbolic tangent, PyTorch's [`Tanh`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html).
///
/// ```
/// use dnn_core::{InPlace, Tanh};
/// let mut buffer = [[0.0f32, 100.0]];
/// Tanh.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 1.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Tanh {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::map(Function::Tanh, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        for (y, d) in flat(y).iter().zip(flat_mut(gradient)) {
            *d *= X::Scalar::ONE - *y * *y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_gradients_of_the_hyperbolic_tangent() {
        let mut buffer = [[0.0f64, f64::NEG_INFINITY, 1000.0]];
        Tanh.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, -1.0, 1.0]]);
        // tanh x = 1/2 has the slope 3/4
        let mut gradient = [[8.0, 8.0, 8.0]];
        Tanh.backward(&Pass::default(), &[[0.5, -1.0, 1.0]], &mut gradient);
        assert_eq!(gradient, [[6.0, 0.0, 0.0]]);
    }
}
