//! Steps of small networks: one sample after the other through local variables, which a compiler keeps in registers.
//!
//! A network whose products are a handful of scalars takes less time than it takes to find its buffers, and longer than
//! that where the update reads as vectors what the backward pass has just written as scalars. Here the number of samples in a
//! pass is a constant, outputs, workspace and gradient lie in local variables, and the optimiser sees the gradient there.

use super::memory::{Parts, Storage};
use super::trainer::{Gradient, Number, Trainer};
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
        let mut sums = [Number::<S>::ZERO; 4];
        let Parts { network, gradient, state, .. } = self.storage.fixed();
        let mut sum: Gradient<S> = zeros(); // dL/dp
        sum.flat_mut().fill(nothing());
        for (first, target) in targets.iter().enumerate() {
            let x = <<S::Network as Network>::Input as Sample>::part(x, first, 1);
            let (mut y, mut dy) = ([zero::<Output<S::Network>>()], [zero::<Output<S::Network>>()]);
            let mut record = zero::<<S::Network as Network>::Record>();
            let pass = Pass { seed: self.seed, step: self.steps, first, frozen: false, fresh: false };
            network.forward(&pass, x, &mut y, flat_mut(from_mut(&mut record)));
            network.absorb(1, flat(from_ref(&record)));
            self.loss.add_all(&y, from_ref(target), weights, &mut dy, &mut sums);
            network.backward(&pass, x, &y, flat_mut(from_mut(&mut record)), &mut dy, None, Some(&mut sum));
        }
        if self.clip_value.is_some() || self.clip_norm.is_some() {
            gradient.copy_from(&sum);
            self.update();
        } else {
            self.optimizer.step(network, &sum, state);
            gradient.copy_from(&sum);
            self.steps = self.steps.wrapping_add(1);
        }
        mean(sums, weights)
    }
}
