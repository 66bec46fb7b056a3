//! y = x where x > 0, else a (e^(x / a) - 1)
//!
//! dx = dy where y > 0, else dy (y / a + 1), because e^(x / a) = y / a + 1: the gradient at x = 0 is dy, as in PyTorch. A NaN
//! stays a NaN, and so does its gradient.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The exponential linear unit whose slope has no jump, PyTorch's
/// [`CELU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.CELU.html)
/// (J. T. Barron, "Continuously Differentiable Exponential Linear Units", 2017).
///
/// ```
/// use dnn_core::{Celu, InPlace};
/// let mut buffer = [[f32::NEG_INFINITY, 0.0, 3.0]];
/// Celu { alpha: 0.5 }.infer(&mut buffer);
/// assert_eq!(buffer, [[-0.5, 0.0, 3.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Celu {
    /// What large negative inputs come to, with its sign changed: more than 0, 1 by default.
    pub alpha: f64,
}

impl Default for Celu {
    fn default() -> Celu {
        Celu { alpha: 1.0 }
    }
}

impl Formula for Celu {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        let alpha = x.constant(self.alpha);
        x.above(x.constant(0.0), x, alpha * (x / alpha).exp_m1_unless_positive())
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, y: N) -> N {
        y.above(y.constant(0.0), dy, dy * (y / y.constant(self.alpha) + y.constant(1.0)))
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Celu {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::value(*self, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        elementary::pull(*self, y, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_one_on_either_side_of_zero() {
        let layer = Celu { alpha: 2.0 };
        let mut buffer = [[f64::NEG_INFINITY, -1e-300, 0.0, 1.0]];
        layer.infer(&mut buffer);
        assert_eq!(buffer, [[-2.0, -1e-300, 0.0, 1.0]]);
        let mut gradient = [[4.0; 4]];
        layer.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 4.0, 4.0, 4.0]]);
    }
}
