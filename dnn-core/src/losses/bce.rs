//! Binary cross-entropy of probabilities: L = mean of -(t ln y + (1 - t) ln(1 - y)), each logarithm not below -100
//!
//! dL/dy = (y - t) / (y (1 - y)) / count, the denominator not below 1e-12
//!
//! Both bounds are PyTorch's and keep loss and gradient finite for every y in [0, 1]. Outside of it, and for NaN, the loss
//! is NaN.

use super::Loss;
use crate::kernels::elementary;
use crate::kernels::number::Number;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The binary cross-entropy of probabilities, PyTorch's
/// [`BCELoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html), averaged over samples and elements.
///
/// L = mean of -(t ln y + (1 - t) ln(1 - y))
///
/// It stands behind a [`Sigmoid`](crate::Sigmoid). [`BceWithLogits`](crate::BceWithLogits) without one is more exact.
///
/// ```
/// use dnn_core::{Bce, Loss};
/// let mut dy = [[0.0f32; 1]];
/// let loss = Bce.batch(&[[0.5]], &[[1.0]], 1.0, &mut dy);
/// assert_eq!((loss, dy), (core::f32::consts::LN_2, [[-2.0]]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bce;

/// The least denominator of the gradient: PyTorch's, an `f32` for either scalar type.
const EPSILON: f32 = 1e-12;

#[inline(always)]
fn bounded<N: Number>(logarithm: N) -> N {
    let bound = logarithm.constant(-100.0);
    bound.above(logarithm, bound, logarithm)
}

/// The loss of an element, and its gradient.
#[inline(always)]
pub(crate) fn element<N: Number>(y: N, t: N) -> (N, N) {
    let (one, epsilon) = (y.constant(1.0), y.constant(f64::from(EPSILON)));
    let loss = (t - one) * bounded((-y).ln_1p()) - t * bounded(y.ln());
    let variance = (one - y) * y;
    (loss, (y - t) / epsilon.above(variance, epsilon, variance))
}

impl elementary::Loss for Bce {
    #[inline(always)]
    fn element<N: Number>(self, y: N, t: N) -> (N, N) {
        element(y, t)
    }
}

#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>> Loss<Y, Y> for Bce {
    #[inline(always)]
    fn sample(&self, y: &Y, target: &Y, dy: &mut Y) -> Y::Scalar {
        elementary::loss(*self, y, target, dy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_outputs_have_bounded_losses_and_gradients() {
        let mut dy = [9.0f32; 4];
        // right, wrong, right, wrong
        assert_eq!(Bce.sample(&[0.0, 0.0, 1.0, 1.0], &[0.0, 1.0, 1.0, 0.0], &mut dy), 200.0);
        assert_eq!(dy, [0.0, -1e12, 0.0, 1e12]);
    }

    #[test]
    fn targets_between_zero_and_one_count_in_part() {
        let mut dy = [9.0f64];
        let loss = Bce.sample(&[0.5], &[0.25], &mut dy);
        assert!((loss - core::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!(dy, [1.0]);
    }
}
