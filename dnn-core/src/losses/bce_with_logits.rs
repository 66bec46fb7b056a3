//! Binary cross-entropy of logits: L = mean of x (1 - t) + ln(1 + e^-x) = mean of -x t + ln(1 + e^x)
//!
//! dL/dx = (s(x) - t) / count with the logistic function s
//!
//! The first form serves x > 0 and the second one the rest, so that e^(..) is at most 1 and nothing is cancelled. Loss and
//! gradient are finite for every finite logit of size up to 1e30; a NaN gives NaN, and so does an infinite logit with a
//! target that agrees with it, as in PyTorch.

use super::Loss;
use crate::kernels::elementary;
use crate::kernels::number::Number;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The binary cross-entropy of the probabilities 1 / (1 + e^-x), PyTorch's
/// [`BCEWithLogitsLoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html), averaged over
/// samples and elements.
///
/// L = mean of ln(1 + e^x) - x t
///
/// ```
/// use dnn_core::{BceWithLogits, Loss};
/// let mut dx = [[0.0f32; 1]];
/// let loss = BceWithLogits.batch(&[[0.0]], &[[1.0]], 1.0, &mut dx);
/// assert_eq!((loss, dx), (core::f32::consts::LN_2, [[-0.5]]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BceWithLogits;

/// The loss of an element, and its gradient.
#[inline(always)]
pub(crate) fn element<N: Number>(x: N, t: N) -> (N, N) {
    let linear = x.above(x.constant(0.0), x * (x.constant(1.0) - t), -(x * t));
    (linear + (-x.abs()).exp().ln_1p(), x.sigmoid() - t)
}

impl elementary::Loss for BceWithLogits {
    #[inline(always)]
    fn element<N: Number>(self, x: N, t: N) -> (N, N) {
        element(x, t)
    }
}

#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>> Loss<Y, Y> for BceWithLogits {
    #[inline(always)]
    fn sample(&self, x: &Y, target: &Y, dx: &mut Y) -> Y::Scalar {
        elementary::loss(*self, x, target, dx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_logits_cost_their_size_when_wrong_and_nothing_when_right() {
        let mut dx = [9.0f32; 4];
        assert_eq!(BceWithLogits.sample(&[1e30, -1e30, 1e30, -1e30], &[1.0, 0.0, 0.5, 0.5], &mut dx), 1e30);
        assert_eq!(dx, [0.0, 0.0, 0.5, -0.5]);
        assert_eq!(BceWithLogits.sample(&[1e30, -1e30, 0.0, 0.0], &[0.0, 1.0, 0.0, 1.0], &mut dx), 2e30);
        assert_eq!(dx, [1.0, -1.0, 0.5, -0.5]);
    }
}
