//! Training memory on the heap, which grows to the largest batch.
//!
//! Everything begins with a line of the cache, so that few vectors of the kernels lie in two lines: that took 1 to 5 % off the
//! steps of 784-128-10 on 64 samples.

use super::line::{self, Line};
use super::memory::{Parts, Sealed, Storage, first};
use crate::network::{Network, Output};
use crate::optim::{Optimizer, Zeroed};
use crate::parameters::Parameters;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, batch_mut};
use crate::workspace::Extent;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// Training memory on the heap: what [`Trainer::new`](crate::Trainer::new) makes.
///
/// The workspace grows to the largest batch, or to the [capacity](crate::Trainer::capacity); after that a step allocates
/// nothing. No network or gradient ever passes over the stack.
pub struct Heap<N: Network, O: Optimizer<N>> {
    network: Box<Line<N>>,
    gradient: Box<Line<N::Gradient>>,
    state: Box<Line<O::State>>,
    output: Vec<Chunk<N::Scalar>>,          // [samples, ..]
    output_gradient: Vec<Chunk<N::Scalar>>, // [samples, ..]
    workspace: Vec<Chunk<N::Scalar>>,
    pub(super) capacity: usize,
}

/// Scalars of which the first one begins with a line.
type Chunk<T> = Line<[T; 16]>;

impl<N: Network, O: Optimizer<N>> Heap<N, O> {
    pub(super) fn new(network: Box<Line<N>>) -> Self {
        Heap {
            network,
            gradient: boxed_zeros(),
            state: boxed_state(),
            output: Vec::new(),
            output_gradient: Vec::new(),
            workspace: Vec::new(),
            capacity: usize::MAX,
        }
    }

    pub(super) fn into_network(self) -> Box<N> {
        let Heap { network, gradient, state, output, output_gradient, workspace, .. } = self;
        drop((gradient, state, output, output_gradient, workspace)); // before there are two networks for a moment
        line::unlined(network)
    }
}

/// Without its numbers, of which there may be millions.
impl<N: Network, O: Optimizer<N>> fmt::Debug for Heap<N, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

/// A gradient of zeros, never on the stack.
fn boxed_zeros<P: Parameters>() -> Box<Line<P>> {
    // SAFETY: the contract of `Parameters` makes all zero bits a valid value.
    unsafe { Box::new_zeroed().assume_init() }
}

/// The start of an optimiser's state, never on the stack.
fn boxed_state<S: Zeroed>() -> Box<Line<S>> {
    // SAFETY: the contract of `Zeroed` makes all zero bits a valid value.
    unsafe { Box::new_zeroed().assume_init() }
}

/// The first `len` scalars, of which there are enough from now on.
#[inline(always)]
fn grown<T: Scalar>(chunks: &mut Vec<Chunk<T>>, len: usize) -> &mut [T] {
    if chunks.len() * 16 < len {
        grow(chunks, len);
    }
    // SAFETY: a chunk is 16 scalars without padding, as their number of bytes is a multiple of a line; the borrow is exclusive.
    let scalars = unsafe { core::slice::from_raw_parts_mut(chunks.as_mut_ptr().cast(), chunks.len() * 16) };
    first(scalars, len)
}

#[cold]
#[inline(never)]
fn grow<T: Scalar>(chunks: &mut Vec<Chunk<T>>, len: usize) {
    let count = len.div_ceil(16);
    chunks.reserve_exact(count - chunks.len());
    chunks.resize_with(count, || Line([T::ZERO; 16]));
}

impl<N: Network, O: Optimizer<N>> Sealed for Heap<N, O> {}

impl<N: Network, O: Optimizer<N>> Storage for Heap<N, O> {
    type Network = N;
    type Optimizer = O;

    fn capacity(&self, _: Extent) -> usize {
        self.capacity
    }

    #[inline(always)]
    fn parts(&mut self, samples: usize, extent: Extent) -> Parts<'_, N, O::State> {
        let outputs = samples * <Output<N> as Tensor>::LEN;
        Parts {
            network: &mut self.network.0,
            gradient: &mut self.gradient.0,
            state: &mut self.state.0,
            output: batch_mut(grown(&mut self.output, outputs)),
            output_gradient: batch_mut(grown(&mut self.output_gradient, outputs)),
            workspace: grown(&mut self.workspace, extent.len(samples)),
        }
    }

    #[inline(always)]
    fn fixed(&mut self) -> Parts<'_, N, O::State> {
        Parts {
            network: &mut self.network.0,
            gradient: &mut self.gradient.0,
            state: &mut self.state.0,
            output: &mut [],
            output_gradient: &mut [],
            workspace: &mut [],
        }
    }

    fn network(&self) -> &N {
        &self.network.0
    }

    fn gradient(&self) -> &N::Gradient {
        &self.gradient.0
    }
}
