//! y = ln(1 + e^z) / beta with z = beta x, and y = x where z > threshold
//!
//! dx = dy / (1 + e^-z), and dx = dy where z > threshold: the jump at the threshold is PyTorch's.
//!
//! ln(1 + e^z) is computed as max(z, 0) + ln(1 + e^-|z|), which cannot overflow whatever the threshold. A NaN stays a NaN,
//! and so does its gradient; -inf becomes 0 and inf stays.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

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
pub(crate) fn softplus<T: Scalar>(x: T, beta: T, reciprocal: T, threshold: T) -> T {
    let z = beta * x;
    if z > threshold {
        return x;
    }
    let positive = if z < T::ZERO { T::ZERO } else { z };
    (positive + (-z.abs()).exp().ln_1p()) * reciprocal
}

/// dx
#[inline(always)]
pub(crate) fn pull<T: Scalar>(dy: T, x: T, beta: T, threshold: T) -> T {
    let z = beta * x;
    if z > threshold { dy } else { dy * z.sigmoid() }
}

/// The second derivative: beta s (1 - s), 0 beyond the threshold
#[inline(always)]
pub(crate) fn curvature<T: Scalar>(x: T, beta: T, threshold: T) -> T {
    let z = beta * x;
    let s = z.sigmoid();
    if z > threshold { T::ZERO } else { beta * (s * (T::ONE - s)) }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Softplus {
    const KEEPS: Keeps = Keeps::Input;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        let scalar = X::Scalar::from_f64;
        let (beta, reciprocal, threshold) = (scalar(self.beta), scalar(1.0 / self.beta), scalar(self.threshold));
        for v in flat_mut(buffer) {
            *v = softplus(*v, beta, reciprocal, threshold);
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, x: &[X], gradient: &mut [X]) {
        let (beta, threshold) = (X::Scalar::from_f64(self.beta), X::Scalar::from_f64(self.threshold));
        for (x, d) in flat(x).iter().zip(flat_mut(gradient)) {
            *d = pull(*d, *x, beta, threshold);
        }
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
