//! Steps of small networks: one sample after the other through local variables, which a compiler keeps in registers.
//!
//! A network whose products are a handful of scalars takes less time than it takes to find its buffers, and longer than
//! that where the update reads as vectors what the backward pass has just written as scalars. Here the number of samples in a
//! pass is a constant, outputs, workspace and gradient lie in local variables, and the optimiser sees the gradient there.

use super::memory::{Parts, Storage};
use super::trainer::{Number, Trainer};
use crate::kernels::naive::nothing;
use crate::kernels::route;
use crate::layer::{Layer, Pass};
use crate::losses::{Loss, mean};
use crate::network::{Batch, Network, Output};
use crate::optim::Optimizer;
use crate::parameters::{Parameters, count, zeros};
use crate::scalar::Scalar;
use crate::tensor::{Sample, Tensor, flat, flat_mut, zero};
use core::slice::{from_mut, from_ref};

/// How many samples of a network go one by one at most; 0 is a constant that a condition can begin with, so that a build without
/// optimisation has no room for a large gradient on its stack.
pub(super) const fn most<N: Network>() -> usize {
    let (macs, train) = (<N as Layer<N::Input>>::MACS, <N as Layer<N::Input>>::TRAIN);
    let scalars = count(<N::Gradient as Parameters>::TABLE, None) + train.sample + Output::<N>::LEN;
    let statistics = <N as Layer<N::Input>>::WHOLE_BATCH || train.batch > 0;
    if statistics { 0 } else { route::one_by_one(macs, scalars) }
}

impl<S: Storage, L> Trainer<S, L> {
    /// One training step of few samples, whose gradient starts anew.
    ///
    /// That of one sample is compiled by itself: without a loop, weights and gradient need not be kept over its turns.
    #[inline(always)]
    #[track_caller]
    pub(super) fn step_one_by_one<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D]) -> Number<S>
    where
        L: Loss<Output<S::Network>, D>,
    {
        match targets {
            [target] => self.step_of(x, from_ref(target)),
            targets => self.step_of(x, targets),
        }
    }

    /// One training step of as many samples as there are targets.
    #[inline(always)]
    #[track_caller]
    fn step_of<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D]) -> Number<S>
    where
        L: Loss<Output<S::Network>, D>,
    {
        self.loss.check(targets);
        let weights = self.loss.all_weights(targets);
        let Parts { network, gradient, state, .. } = self.storage.fixed();
        let (sum, loss) = pass_over(network, &self.loss, x, targets, weights, [self.seed, self.steps]);
        if self.clip_value.is_some() || self.clip_norm.is_some() {
            gradient.copy_from(&sum);
            self.update();
        } else {
            self.optimizer.step(network, &sum, state);
            gradient.copy_from(&sum);
            self.steps = self.steps.wrapping_add(1);
        }
        loss
    }
}

/// The gradient and the loss of as many samples as there are targets, one after the other, in the step `[seed, number]`.
///
/// The first sample is no turn of the loop: compilers know then that nothing is in its sums yet, and add nothing to it.
#[inline(always)]
pub(super) fn pass_over<N: Network, L: Loss<Output<N>, D>, D>(
    network: &mut N,
    loss: &L,
    x: Batch<'_, N>,
    targets: &[D],
    weights: [N::Scalar; 4],
    step: [u64; 2],
) -> (N::Gradient, N::Scalar) {
    let mut sums = [N::Scalar::ZERO; 4];
    let mut sum: N::Gradient = zeros(); // dL/dp
    sum.flat_mut().fill(nothing());
    let (samples, count) = (<N::Input as Sample>::len(x), targets.len());
    let mut pass = |first| {
        let Some(target) = targets.get(first) else { return };
        add_pass(network, loss, (x, first), target, weights, step, &mut sum, &mut sums);
    };
    let samples = if samples < count { samples } else { count };
    if samples > 0 {
        pass(0);
        for first in 1..samples {
            pass(first);
        }
    }
    (sum, mean(sums, weights))
}

/// Adds gradient and loss of sample number `first`.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "each is one of the values of a step")]
fn add_pass<N: Network, L: Loss<Output<N>, D>, D>(
    network: &mut N,
    loss: &L,
    (x, first): (Batch<'_, N>, usize),
    target: &D,
    weights: [N::Scalar; 4],
    [seed, step]: [u64; 2],
    gradient: &mut N::Gradient,
    sums: &mut [N::Scalar; 4],
) {
    let x = <N::Input as Sample>::part(x, first, 1);
    let (mut y, mut dy) = ([zero::<Output<N>>()], [zero::<Output<N>>()]);
    let mut record = zero::<N::Record>();
    let pass = Pass { seed, step, first, frozen: false, fresh: false };
    network.forward(&pass, x, &mut y, flat_mut(from_mut(&mut record)));
    network.absorb(1, flat(from_ref(&record)));
    loss.add_all(&y, from_ref(target), weights, &mut dy, sums);
    network.backward(&pass, x, &y, flat_mut(from_mut(&mut record)), &mut dy, None, Some(gradient));
}
