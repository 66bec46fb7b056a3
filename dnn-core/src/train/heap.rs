//! Training memory on the heap, which grows to the largest batch.

use super::memory::{Parts, Sealed, Storage, first};
use crate::network::{Network, Output};
use crate::optim::{Optimizer, Zeroed};
use crate::parameters::boxed_zeros;
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
    pub(super) network: Box<N>,
    gradient: Box<N::Gradient>,
    state: Box<O::State>,
    output: Vec<N::Scalar>,          // [samples, ..]
    output_gradient: Vec<N::Scalar>, // [samples, ..]
    workspace: Vec<N::Scalar>,
    pub(super) capacity: usize,
}

impl<N: Network, O: Optimizer<N>> Heap<N, O> {
    pub(super) fn new(network: Box<N>) -> Self {
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
}

/// Without its numbers, of which there may be millions.
impl<N: Network, O: Optimizer<N>> fmt::Debug for Heap<N, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

/// The start of an optimiser's state, never on the stack.
fn boxed_state<S: Zeroed>() -> Box<S> {
    // SAFETY: the contract of `Zeroed` makes all zero bits a valid value.
    unsafe { Box::new_zeroed().assume_init() }
}

/// The first `len` scalars, of which there are enough from now on.
fn grown<T: Scalar>(scalars: &mut Vec<T>, len: usize) -> &mut [T] {
    if scalars.len() < len {
        scalars.reserve_exact(len - scalars.len());
        scalars.resize(len, T::ZERO);
    }
    first(scalars, len)
}

impl<N: Network, O: Optimizer<N>> Sealed for Heap<N, O> {}

impl<N: Network, O: Optimizer<N>> Storage for Heap<N, O> {
    type Network = N;
    type Optimizer = O;

    fn capacity(&self, _: Extent) -> usize {
        self.capacity
    }

    fn parts(&mut self, samples: usize, extent: Extent) -> Parts<'_, N, O::State> {
        let outputs = samples * <Output<N> as Tensor>::LEN;
        Parts {
            network: &mut self.network,
            gradient: &mut self.gradient,
            state: &mut self.state,
            output: batch_mut(grown(&mut self.output, outputs)),
            output_gradient: batch_mut(grown(&mut self.output_gradient, outputs)),
            workspace: grown(&mut self.workspace, extent.len(samples)),
        }
    }

    fn network(&self) -> &N {
        &self.network
    }

    fn gradient(&self) -> &N::Gradient {
        &self.gradient
    }
}
