//! y = the values one after the other along a dimension
//!
//! dx += its part of dy

use crate::operand::Operand;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// Puts a value into a longer one behind `offset` elements, PyTorch's
/// [`cat`](https://docs.pytorch.org/docs/stable/generated/torch.cat.html): a row is everything from the dimension on
/// along which values are put together.
///
/// ```
/// use dnn_core::{Concat, Operand};
/// let mut y = [[0.0f32; 5]];
/// Concat { offset: 0 }.put(&[[1.0, 2.0]], &mut y);
/// Concat { offset: 2 }.put(&[[3.0, 4.0, 5.0]], &mut y);
/// assert_eq!(y, [[1.0, 2.0, 3.0, 4.0, 5.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Concat {
    /// Elements of a row before it.
    pub offset: usize,
}

impl<T: Scalar + Tensor<Scalar = T>, const N: usize, const M: usize> Operand<[T; N], [T; M]> for Concat {
    #[inline(always)]
    fn put(&self, x: &[[T; N]], y: &mut [[T; M]]) {
        for (x, y) in x.iter().zip(y) {
            for (x, y) in x.iter().zip(y.iter_mut().skip(self.offset)) {
                *y = *x;
            }
        }
    }

    #[inline(always)]
    fn pull(&self, dy: &[[T; M]], dx: &mut [[T; N]]) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            for (dx, dy) in dx.iter_mut().zip(dy.iter().skip(self.offset)) {
                *dx += *dy;
            }
        }
    }
}
