//! y = ln(1 + e^z) / beta with z = beta x, and y = x where z > threshold
//!
//! dx = dy / (1 + e^-z), and dx = dy where z > threshold: the jump at the threshold is PyTorch's.
//!
//! ln(1 + e^z) is computed as max(z, 0) + ln(1 + e^-|z|), which cannot overflow whatever the threshold. A NaN stays a NaN,
//! and so does its gradient; -inf becomes 0 and inf stays.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The smooth rectifier y = ln(1 + e^(beta x)) / beta, PyTorch's
/// [`Softplus`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softplus.html).
///
/// ```
/// use dnn_core::{InPlace, Softplus};
/// let mut buffer = [[-200.0f32, 0.0, 30.0]];
/// Softplus::default().infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, core::f32::consts::LN_2, 30.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softplus {
    /// How sharp the bend is: 1 by default.
    pub beta: f64,
    /// The beta x above which the layer is the identity: 20 by default.
    pub threshold: f64,
}

impl Default for Softplus {
    fn default() -> Softplus {
        Softplus { beta: 1.0, threshold: 20.0 }
    }
}

/// y, with 1 / beta
#[inline(always)]
pub(crate) fn softplus<N: Number>(x: N, beta: N, reciprocal: N, threshold: N) -> N {
    let z = beta * x;
    z.above(threshold, x, (z.rectified() + (-z.abs()).exp().ln_1p()) * reciprocal)
}

/// dx
#[inline(always)]
pub(crate) fn pull<N: Number>(dy: N, x: N, beta: N, threshold: N) -> N {
    let z = beta * x;
    z.above(threshold, dy, dy * z.sigmoid())
}

/// The second derivative: beta s (1 - s), 0 beyond the threshold
#[inline(always)]
pub(crate) fn curvature<N: Number>(x: N, beta: N, threshold: N) -> N {
    let z = beta * x;
    let s = z.sigmoid();
    z.above(threshold, x.constant(0.0), beta * (s * (x.constant(1.0) - s)))
}

impl Formula for Softplus {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        softplus(x, x.constant(self.beta), x.constant(1.0 / self.beta), x.constant(self.threshold))
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, x: N) -> N {
        pull(dy, x, x.constant(self.beta), x.constant(self.threshold))
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Softplus {
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
    fn beyond_the_threshold_it_is_the_identity() {
        let layer = Softplus { beta: 2.0, threshold: 6.0 };
        let x = [[0.0f64, -1000.0, 3.5, 1000.0]];
        let mut buffer = x;
        layer.infer(&mut buffer);
        assert_eq!(buffer, [[core::f64::consts::LN_2 / 2.0, 0.0, 3.5, 1000.0]]);
        let mut gradient = [[8.0; 4]];
        layer.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!(gradient, [[4.0, 0.0, 8.0, 8.0]]);
    }

    #[test]
    fn a_high_threshold_does_not_overflow() {
        let layer = Softplus { beta: 1.0, threshold: 1e9 };
        let x = [[1000.0f32]];
        let mut buffer = x;
        layer.infer(&mut buffer);
        let mut gradient = [[3.0]];
        layer.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!((buffer, gradient), (x, [[3.0]]));
    }
}
