//! y = a part of x along a dimension
//!
//! the part of dx += dy

use crate::operand::Operand;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Takes the part of a value behind `offset` elements, PyTorch's
/// [`split`](https://docs.pytorch.org/docs/stable/generated/torch.split.html): a row is everything from the dimension on
/// along which the value is split.
///
/// ```
/// use dnn_core::{Operand, Split};
/// let mut y = [[0.0f32; 2]];
/// Split { offset: 1 }.put(&[[1.0, 2.0, 3.0]], &mut y);
/// assert_eq!(y, [[2.0, 3.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Split {
    /// Elements of a row before the part.
    pub offset: usize,
}

impl<T: Scalar + Tensor<Scalar = T>, const N: usize, const M: usize> Operand<[T; N], [T; M]> for Split {
    #[inline(always)]
    fn put(&self, x: &[[T; N]], y: &mut [[T; M]]) {
        for (x, y) in x.iter().zip(y) {
            for (x, y) in x.iter().skip(self.offset).zip(y) {
                *y = *x;
            }
        }
    }

    #[inline(always)]
    fn pull(&self, dy: &[[T; M]], dx: &mut [[T; N]]) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            for (dx, dy) in dx.iter_mut().skip(self.offset).zip(dy) {
                *dx += *dy;
            }
        }
    }
}
