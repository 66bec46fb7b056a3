//! Huber's loss: e = y - t; L = mean of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2)
//!
//! dL/dy = e / count within ±delta, ±delta / count beyond; both forms agree at the joints. A NaN gives NaN.

use super::{Loss, elements};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Squared error for small differences, absolute error for those beyond `delta`, PyTorch's
/// [`HuberLoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html)
/// (P. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35, 1964).
///
/// `Huber` as a value has delta = 1, PyTorch's default; `Huber.delta(0.5)` is another one.
///
/// ```
/// use dnn_core::{Huber, Loss};
/// let mut dy = [[0.0f32; 2]];
/// let loss = Huber.delta(2.0).batch(&[[1.0, 5.0]], &[[0.0, 0.0]], 2.0, &mut dy);
/// assert_eq!((loss, dy), (4.25, [[0.5, 1.0]]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Huber {
    delta: f64,
}

/// Huber's loss with delta = 1.
#[allow(non_upper_case_globals, reason = "used as a value like the losses without options")]
pub const Huber: Huber = Huber { delta: 1.0 };

impl Huber {
    /// From which difference on the loss is linear: 1 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn delta(mut self, delta: f64) -> Huber {
        assert!(delta > 0.0, "delta of Huber's loss is more than 0");
        self.delta = delta;
        self
    }
}

impl Default for Huber {
    fn default() -> Huber {
        Huber
    }
}

/// The loss of an element, and its gradient.
#[inline(always)]
pub(crate) fn element<T: Scalar>(y: T, t: T, delta: T) -> (T, T) {
    let (error, half) = (y - t, T::from_f64(0.5));
    let slope = if error > delta {
        delta
    } else if error < -delta {
        -delta
    } else {
        error
    };
    let size = error.abs();
    (if size > delta { delta * (size - half * delta) } else { half * size * size }, slope)
}

#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>> Loss<Y, Y> for Huber {
    #[inline(always)]
    fn sample(&self, y: &Y, target: &Y, dy: &mut Y) -> Y::Scalar {
        let delta = Y::Scalar::from_f64(self.delta);
        elements(y, target, dy, |y, t| element(y, t, delta))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_delta_it_is_linear() {
        let mut dy = [9.0f64; 4];
        // 1/2, 1/8 and twice 1 (3 - 1/2)
        assert_eq!(Huber.sample(&[1.0, 0.5, 3.0, -3.0], &[0.0; 4], &mut dy), 5.625);
        assert_eq!(dy, [1.0, 0.5, 1.0, -1.0]);
        assert_eq!(Huber::default(), Huber.delta(1.0));
    }
}
