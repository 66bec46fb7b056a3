//! y = x s(x) with the logistic function s(x) = 1 / (1 + e^-x)
//!
//! dx = dy s (1 + x (1 - s))
//!
//! A NaN stays a NaN, and so does its gradient. Every finite input has a finite result and gradient; at -inf the result, and
//! at either infinity the gradient, is NaN, as in PyTorch.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The sigmoid linear unit y = x / (1 + e^-x), also called swish, PyTorch's
/// [`SiLU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html).
///
/// ```
/// use dnn_core::{InPlace, Silu};
/// let mut buffer = [[0.0f32, 100.0]];
/// Silu.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 100.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silu;

/// s (1 + x (1 - s))
#[inline(always)]
pub(crate) fn slope<N: Number>(x: N) -> N {
    let (s, one) = (x.sigmoid(), x.constant(1.0));
    s * (one + x * (one - s))
}

/// The second derivative: s (1 - s) (2 + x (1 - 2 s))
#[inline(always)]
pub(crate) fn curvature<N: Number>(x: N) -> N {
    let (s, one, two) = (x.sigmoid(), x.constant(1.0), x.constant(2.0));
    let falling = s * (one - s);
    // Where the sigmoid is flat, x may be infinite, and 0 times infinity would be NaN.
    falling.above(x.constant(0.0), falling * (two + x * (one - two * s)), falling)
}

impl Formula for Silu {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        x * x.sigmoid()
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, x: N) -> N {
        dy * slope(x)
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Silu {
    const KEEPS: Keeps = Keeps::Input;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::value(*self, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, x: &[X], gradient: &mut [X]) {
        elementary::pull(*self, x, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_from_zero_it_is_relu_and_at_zero_half_the_identity() {
        let x = [[0.0f64, 1000.0, -1000.0]];
        let mut buffer = x;
        Silu.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, 1000.0, 0.0]]);
        let mut gradient = [[8.0, 8.0, 8.0]];
        Silu.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!(gradient, [[4.0, 8.0, 0.0]]);
    }
}
