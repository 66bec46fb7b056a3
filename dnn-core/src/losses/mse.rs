//! Mean squared error: L = mean (y - t)^2, dL/dy = 2 (y - t) / count.
//!
//! A NaN gives NaN. Where the square overflows, beyond 1.8e19 in `f32`, the loss is infinite.

use super::{Loss, elements};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The mean squared error over samples and elements, PyTorch's
/// [`MSELoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html).
///
/// L = mean (y - t)^2
///
/// ```
/// use dnn_core::{Loss, Mse};
/// let mut dy = [[0.0f32; 1]];
/// let loss = Mse.batch(&[[3.0]], &[[1.0]], 1.0, &mut dy);
/// assert_eq!((loss, dy), (4.0, [[4.0]]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mse;

/// The loss of an element, and its gradient.
#[inline(always)]
pub(crate) fn element<T: Scalar>(y: T, t: T) -> (T, T) {
    let error = y - t;
    (error * error, T::from_f64(2.0) * error)
}

// Only this one impl: it is what makes the literals of `trainer.step(&[[0.05]], &[[0.01]])` f32.
#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>> Loss<Y, Y> for Mse {
    #[inline(always)]
    fn sample(&self, y: &Y, target: &Y, dy: &mut Y) -> Y::Scalar {
        elements(y, target, dy, element)
    }

    /// Each error is multiplied once: by 2 scale.
    #[inline]
    fn add(&self, y: &[Y], targets: &[Y], scale: Y::Scalar, dy: &mut [Y], sum: &mut Y::Scalar) {
        let double = Y::Scalar::from_f64(2.0) * scale;
        for ((y, target), dy) in y.iter().zip(targets).zip(dy.iter_mut()) {
            *sum += elements(y, target, dy, |y, t| ((y - t) * (y - t), double * (y - t)));
        }
    }
}
