//! Masks of attention: what is added to the scores [S, S] of queries and keys.

use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// A mask for sequences of S steps: `[T; S]`, a number for each key, or `[[T; S]; S]`, one for each query and key.
pub trait Mask<T, const S: usize>: Tensor<Scalar = T> {
    /// scores += mask
    fn put(&self, scores: &mut [[T; S]; S]);
    /// dmask += dscores, summed over what was repeated
    fn pull(&mut self, dscores: &[[T; S]; S]);
}

impl<T: Scalar, const S: usize> Mask<T, S> for [T; S]
where
    Self: Tensor<Scalar = T>,
{
    #[inline(always)]
    fn put(&self, scores: &mut [[T; S]; S]) {
        for row in scores {
            for (score, mask) in row.iter_mut().zip(self) {
                *score += *mask;
            }
        }
    }

    #[inline(always)]
    fn pull(&mut self, dscores: &[[T; S]; S]) {
        for row in dscores {
            for (mask, d) in self.iter_mut().zip(row) {
                *mask += *d;
            }
        }
    }
}

impl<T: Scalar, const S: usize> Mask<T, S> for [[T; S]; S]
where
    Self: Tensor<Scalar = T>,
{
    #[inline(always)]
    fn put(&self, scores: &mut [[T; S]; S]) {
        for (scores, mask) in scores.as_flattened_mut().iter_mut().zip(self.as_flattened()) {
            *scores += *mask;
        }
    }

    #[inline(always)]
    fn pull(&mut self, dscores: &[[T; S]; S]) {
        for (mask, d) in self.as_flattened_mut().iter_mut().zip(dscores.as_flattened()) {
            *mask += *d;
        }
    }
}

/// No mask for any sample.
pub(crate) const fn no_masks<'a, T, const S: usize>() -> &'a mut [[T; S]] {
    &mut []
}
