//! Mean absolute error: L = mean |y - t|, dL/dy = sign(y - t) / count: 0 at the kink y = t, as in PyTorch. A NaN gives NaN.

use super::{Loss, elements};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The mean absolute error over samples and elements, PyTorch's
/// [`L1Loss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html).
///
/// L = mean |y - t|
///
/// ```
/// use dnn_core::{L1, Loss};
/// let mut dy = [[0.0f32; 2]];
/// let loss = L1.batch(&[[3.0, 0.0]], &[[1.0, 4.0]], 2.0, &mut dy);
/// assert_eq!((loss, dy), (3.0, [[0.5, -0.5]]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct L1;

/// The loss of an element, and its gradient.
#[inline(always)]
pub(crate) fn element<T: Scalar>(y: T, t: T) -> (T, T) {
    let error = y - t;
    let sign = match error.partial_cmp(&T::ZERO) {
        Some(core::cmp::Ordering::Greater) => T::ONE,
        Some(core::cmp::Ordering::Less) => -T::ONE,
        _ => error, // 0 or NaN
    };
    (error.abs(), sign)
}

#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>> Loss<Y, Y> for L1 {
    #[inline(always)]
    fn sample(&self, y: &Y, target: &Y, dy: &mut Y) -> Y::Scalar {
        elements(y, target, dy, element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_sign_of_the_error_and_zero_at_the_kink() {
        let mut dy = [9.0f64; 3];
        assert_eq!(L1.sample(&[1.0, -2.0, 5.0], &[3.0, -2.0, 4.0], &mut dy), 3.0);
        assert_eq!(dy, [-1.0, 0.0, 1.0]);
    }
}
