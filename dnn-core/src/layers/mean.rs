//! y = the sum of x over a dimension / its length
//!
//! dx += dy / length

use crate::operand::Operand;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The mean over a dimension, PyTorch's
/// [`mean`](https://docs.pytorch.org/docs/stable/generated/torch.mean.html): over the first one of rows `[[T; S]; N]`.
///
/// ```
/// use dnn_core::{Mean, Operand};
/// let mut y = [[0.0f32; 2]];
/// Mean.put(&[[[1.0, 2.0], [3.0, 6.0]]], &mut y);
/// assert_eq!(y, [[2.0, 4.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean;

impl<T: Scalar + Tensor<Scalar = T>, const N: usize, const S: usize> Operand<[[T; S]; N], [T; S]> for Mean {
    #[inline(always)]
    fn put(&self, x: &[[[T; S]; N]], y: &mut [[T; S]]) {
        for (x, y) in x.iter().zip(y) {
            *y = [T::ZERO; S];
            for row in x {
                for (y, x) in y.iter_mut().zip(row) {
                    *y += *x;
                }
            }
            for y in y {
                *y /= T::from_usize(N);
            }
        }
    }

    #[inline(always)]
    fn pull(&self, dy: &[[T; S]], dx: &mut [[[T; S]; N]]) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            for row in dx {
                for (dx, dy) in row.iter_mut().zip(dy) {
                    *dx += *dy / T::from_usize(N);
                }
            }
        }
    }
}
