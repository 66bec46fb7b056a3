//! Batches put together from samples that lie apart.

use crate::tensor::{Sample, Tensor};
use alloc::vec::Vec;
use core::slice::from_ref;

/// A sample that can be collected into a batch: a tensor, or a tuple of tensors, whose batch is a tuple of slices.
pub trait Gather: Sample + Copy {
    /// Owns a batch.
    type Buffer: Default;
    /// Makes room for `samples` samples.
    fn reserve(buffer: &mut Self::Buffer, samples: usize);
    /// Forgets what has been collected and keeps the room.
    fn clear(buffer: &mut Self::Buffer);
    /// Adds a sample.
    fn push(&self, buffer: &mut Self::Buffer);
    /// What has been collected.
    fn batch(buffer: &Self::Buffer) -> Self::Batch<'_>;
    /// All of `samples`: collected in `buffer` only where they do not lie as a batch already.
    fn whole<'a>(samples: &'a [Self], buffer: &'a mut Self::Buffer) -> Self::Batch<'a>;
}

// Samples are added as slices of one: unlike `push`, this does not take a large array over the stack.
impl<X: Tensor> Gather for X {
    type Buffer = Vec<X>;
    fn reserve(buffer: &mut Vec<X>, samples: usize) {
        buffer.reserve_exact(samples);
    }
    fn clear(buffer: &mut Vec<X>) {
        buffer.clear();
    }
    fn push(&self, buffer: &mut Vec<X>) {
        buffer.extend_from_slice(from_ref(self));
    }
    fn batch(buffer: &Vec<X>) -> &[X] {
        buffer
    }
    fn whole<'a>(samples: &'a [X], _: &'a mut Vec<X>) -> &'a [X] {
        samples
    }
}

macro_rules! tuples {
    ($(($($tensor:ident $at:tt),+))*) => {$(
        impl<$($tensor: Tensor),+> Gather for ($($tensor),+) {
            type Buffer = ($(Vec<$tensor>),+);
            fn reserve(buffer: &mut Self::Buffer, samples: usize) {
                $(buffer.$at.reserve_exact(samples);)+
            }
            fn clear(buffer: &mut Self::Buffer) {
                $(buffer.$at.clear();)+
            }
            fn push(&self, buffer: &mut Self::Buffer) {
                $(buffer.$at.extend_from_slice(from_ref(&self.$at));)+
            }
            fn batch(buffer: &Self::Buffer) -> Self::Batch<'_> {
                ($(&buffer.$at),+)
            }
            fn whole<'a>(samples: &'a [Self], buffer: &'a mut Self::Buffer) -> Self::Batch<'a> {
                Self::reserve(buffer, samples.len());
                for sample in samples {
                    sample.push(buffer);
                }
                Self::batch(buffer)
            }
        }
    )*};
}
tuples! { (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_pairs_is_a_pair_of_batches() {
        let mut buffer = <([f32; 1], u8) as Gather>::Buffer::default();
        for sample in [([1.0f32], 2u8), ([3.0], 4)] {
            sample.push(&mut buffer);
        }
        assert_eq!(<([f32; 1], u8)>::batch(&buffer), (&[[1.0], [3.0]][..], &[2, 4][..]));
        <([f32; 1], u8)>::clear(&mut buffer);
        assert!(buffer.0.is_empty() && buffer.1.is_empty() && buffer.0.capacity() >= 2);
    }
}
