//! Mean squared error: L = mean (y - t)^2, dL/dy = 2 (y - t) / count.
//!
//! A NaN gives NaN. Where the square overflows, beyond 1.8e19 in `f32`, the loss is infinite.

use super::Loss;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

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

// Only this one impl: it is what makes the literals of `trainer.step(&[[0.05]], &[[0.01]])` f32.
#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>> Loss<Y, Y> for Mse {
    #[inline(always)]
    fn sample(&self, y: &Y, target: &Y, dy: &mut Y) -> Y::Scalar {
        let two = Y::Scalar::from_f64(2.0);
        let mut sum = Y::Scalar::ZERO;
        for ((y, t), d) in flat(from_ref(y)).iter().zip(flat(from_ref(target))).zip(flat_mut(from_mut(dy))) {
            let error = *y - *t;
            sum += error * error;
            *d = two * error;
        }
        sum
    }
}
