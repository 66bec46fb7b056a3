//! The update of one step, of which layers may make parts behind the products that give them their gradient.

use crate::kernels::update::{Behind, Rates};
use crate::parameters::{Parameters, trained};
use crate::scalar::Scalar;
use core::fmt;
use core::ops::Range;

/// Updates parameters by their gradient and what is remembered of them.
type Alone<T> = fn(&mut [T], &[T], &mut [T], &Rates<T>);

/// Tensors that are updated behind their products at most; all others are updated by themselves.
const MOST: usize = 16;

/// The update of one step: what [`Optimizer::begin`](super::Optimizer::begin) gives.
///
/// A layer asks it for the update of a tensor whose gradient it makes, once and as a whole. What no layer has asked for is
/// updated when all gradients are there. Each element gets the bits of [`Optimizer::step`](super::Optimizer::step).
pub struct Update<'a, T> {
    rates: Rates<T>,
    memory: &'a mut [T], // as long as the flat gradient, or empty
    behind: fn(&mut Behind<'_, T>),
    alone: Alone<T>,
    gradient: Range<usize>,     // the addresses of the flat gradient
    done: [Range<usize>; MOST], // of the flat gradient, in the order in which layers have asked
    count: usize,
}

impl<'a, T: Scalar> Update<'a, T> {
    /// An update by a rule: behind a product, and element by element.
    pub(super) fn new(rates: Rates<T>, memory: &'a mut [T], behind: fn(&mut Behind<'_, T>), alone: Alone<T>) -> Self {
        Update { rates, memory, behind, alone, gradient: 0..0, done: [const { 0..0 }; MOST], count: 0 }
    }

    /// It is an update by this gradient from now on.
    pub(crate) fn by<G: Parameters<Scalar = T>>(&mut self, gradient: &G) {
        let gradient = gradient.flat().as_ptr_range();
        (self.gradient, self.count) = (gradient.start.addr()..gradient.end.addr(), 0);
    }

    /// Makes the gradient of a weight, `gradient` = dyᵀ x, and updates the weight by it. It does nothing where `gradient` is no
    /// part of the gradient, or where there are too many tensors already.
    ///
    /// `shape` is samples, outputs, inputs.
    pub(crate) fn behind(
        &mut self,
        gradient: &mut [T],
        weight: &mut [T],
        [dy, x]: [&[T]; 2],
        shape: [usize; 3],
    ) -> bool {
        let own = gradient.as_ptr_range();
        if own.start.addr() < self.gradient.start || own.end.addr() > self.gradient.end {
            return false;
        }
        let start = (own.start.addr() - self.gradient.start) / size_of::<T>();
        let (range, Some(done)) = (start..start + gradient.len(), self.done.get_mut(self.count)) else { return false };
        let Some(memory) = part(self.memory, &range) else { return false };
        (*done, self.count) = (range, self.count + 1);
        let apart = shape[1];
        (self.behind)(&mut Behind { gradient, weight, memory, dy, x, shape, apart, rates: self.rates });
        true
    }

    /// Updates all that no layer has asked for.
    pub(crate) fn rest<N: Parameters<Scalar = T>>(&mut self, network: &mut N, gradient: &N::Gradient) {
        trained(network, |values, whole| {
            let mut start = whole.start;
            while start < whole.end {
                let done = self.done.iter().take(self.count);
                // The part that begins here is done, or all up to the next one that is.
                if let Some(done) = done.clone().find(|done| done.start == start && !done.is_empty()) {
                    start = done.end;
                    continue;
                }
                let starts = done.map(|done| done.start).filter(|done| (start..whole.end).contains(done));
                let range = start..starts.min().unwrap_or(whole.end);
                let values = values.get_mut(range.start - whole.start..range.end - whole.start);
                let (gradient, memory) = (gradient.flat().get(range.clone()), part(self.memory, &range));
                if let (Some(values), Some(gradient), Some(memory)) = (values, gradient, memory) {
                    (self.alone)(values, gradient, memory, &self.rates);
                }
                start = range.end;
            }
        });
    }
}

/// What is remembered of a range of parameters: nothing, where there is no memory.
fn part<'m, T>(memory: &'m mut [T], range: &Range<usize>) -> Option<&'m mut [T]> {
    if memory.is_empty() { Some(memory) } else { memory.get_mut(range.clone()) }
}

/// Without its numbers, of which there may be millions.
impl<T> fmt::Debug for Update<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").field("done", &self.done.get(..self.count)).finish_non_exhaustive()
    }
}
