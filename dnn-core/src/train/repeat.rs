//! Many steps on one batch.
//!
//! A step of one parameter on four points is a chain of additions and multiplications that takes 7 ns, and 2 ns go by until what one
//! step has written to memory can be read by the next one. So networks that go one by one (`small`) stay in local variables,
//! with what the optimiser remembers, from the first step to the last.

use super::memory::{Parts, Storage};
use super::small::{most, pass_over};
use super::trainer::{Number, Trainer, same_length};
use crate::losses::Loss;
use crate::network::{Batch, Output};
use crate::optim::{Optimizer, start};
use crate::parameters::{Parameters, zeros};
use crate::scalar::Scalar;
use core::hint::black_box;
use core::mem::swap;
use core::slice::from_ref;

impl<S: Storage, L> Trainer<S, L> {
    /// Many training steps on one batch: the mean loss of the batch before the last update. It is [`step`](Trainer::step), `steps`
    /// times, to the bit: gradient descent over the whole of a small data set, a notebook's `for epoch in range(100):`, is
    /// this one call.
    ///
    /// A network of a few parameters is faster by it than by a loop, because it stays in registers from step to step. No steps
    /// change nothing, and their loss is 0.
    ///
    /// ```
    /// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
    /// # use mazur::Mazur;
    /// # use dnn_core::{Mse, Sgd, Trainer};
    /// let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    /// for _ in 0..10 {
    ///     let loss: f32 = trainer.repeat(&[[0.05, 0.10]], &[[0.01, 0.99]], 10);
    ///     println!("loss of step {}: {loss}", trainer.steps());
    /// }
    /// assert!(trainer.evaluate(&[[0.05, 0.10]], &[[0.01, 0.99]]).loss < 0.01);
    /// ```
    ///
    /// # Panics
    /// As `step`.
    #[inline(always)]
    #[track_caller]
    pub fn repeat<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D], steps: usize) -> Number<S>
    where
        L: Loss<Output<S::Network>, D>,
    {
        let mut loss = Number::<S>::ZERO;
        let samples = same_length::<S::Network, D>(x, targets);
        if samples == 0 {
            return loss;
        }
        let clipped = self.clip_value.is_some() || self.clip_norm.is_some();
        if const { most::<S::Network>() > 0 } && self.one_by_one(samples) && !clipped {
            return match targets {
                [target] => self.repeat_one_by_one(x, from_ref(target), steps),
                // Of how many samples there are, compilers would make one long formula, and vectors of two numbers in it, which
                // wait for each other longer than single numbers do.
                targets => {
                    let (x, targets) = black_box((x, targets));
                    self.repeat_one_by_one(x, targets, steps)
                }
            };
        }
        for _ in 0..steps {
            loss = self.step(x, targets);
        }
        loss
    }

    /// Steps whose gradients start anew and are not clipped, each of as many samples as there are targets.
    #[inline(always)]
    #[track_caller]
    fn repeat_one_by_one<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D], steps: usize) -> Number<S>
    where
        L: Loss<Output<S::Network>, D>,
    {
        self.loss.check(targets);
        let weights = self.loss.all_weights(targets);
        let Parts { network, gradient, state, .. } = self.storage.fixed();
        let (mut network, mut state) = (Moved::new(network, zeros()), Moved::new(state, start()));
        let (mut last, mut loss) = (zeros(), Number::<S>::ZERO);
        for _ in 0..steps {
            let step = [self.seed, self.steps];
            (last, loss) = pass_over(&mut network.value, &self.loss, x, targets, weights, step);
            self.optimizer.step(&mut network.value, &last, &mut state.value);
            self.steps = self.steps.wrapping_add(1);
        }
        if steps > 0 {
            gradient.copy_from(&last);
        }
        loss
    }
}

/// A value in a local variable: it goes back to its place at the end, also where a layer panics.
struct Moved<'a, T> {
    place: &'a mut T,
    value: T,
}

impl<'a, T> Moved<'a, T> {
    #[inline(always)]
    fn new(place: &'a mut T, mut value: T) -> Self {
        swap(place, &mut value);
        Moved { place, value }
    }
}

impl<T> Drop for Moved<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        swap(self.place, &mut self.value);
    }
}
