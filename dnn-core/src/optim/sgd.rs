//! Stochastic gradient descent: w -= lr g, or with momentum v = mu v + (1 - d) g, w -= lr v.
//!
//! A NaN in a gradient makes its parameter NaN, an infinity makes it infinite or NaN, and neither reaches another one.

use super::{Optimizer, Update, Zeroed};
use crate::check::at_least_zero;
use crate::kernels::level::{Vectors, elementwise};
use crate::kernels::update::Rates;
use crate::parameters::{Parameters, trained};
use crate::scalar::Scalar;

/// Stochastic gradient descent, PyTorch's
/// [`SGD`](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html).
///
/// g += weight_decay w; w -= lr g. With [`momentum`](Sgd::momentum) the type becomes `Sgd<Momentum>`, which remembers one
/// value for each parameter; without it there is no state.
///
/// ```
/// use dnn_core::Sgd;
/// let plain = Sgd::new(0.5);
/// let nesterov = Sgd::new(0.1).weight_decay(1e-4).momentum(0.9).nesterov();
/// # let _ = (plain, nesterov);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Sgd<M = ()> {
    lr: f64,
    weight_decay: f64,
    momentum: M,
}

/// The momentum of an [`Sgd`]: v = momentum v + (1 - dampening) g, where the first v is g itself, as in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
}

impl Sgd {
    /// Gradient descent with the learning rate `lr`; PyTorch's default is 0.001.
    #[inline(always)]
    #[track_caller]
    pub const fn new(lr: f64) -> Sgd {
        let lr = at_least_zero(lr, "a learning rate is 0 or more");
        Sgd { lr, weight_decay: 0.0, momentum: () }
    }

    /// Adds momentum; `Sgd<Momentum>` remembers one value for each parameter.
    #[inline(always)]
    #[track_caller]
    pub const fn momentum(self, momentum: f64) -> Sgd<Momentum> {
        let momentum = at_least_zero(momentum, "a momentum is 0 or more");
        let momentum = Momentum { momentum, dampening: 0.0, nesterov: false };
        Sgd { lr: self.lr, weight_decay: self.weight_decay, momentum }
    }
}

impl<M: Copy> Sgd<M> {
    /// The factor of the L2 penalty, g += weight_decay w: 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn weight_decay(mut self, weight_decay: f64) -> Sgd<M> {
        self.weight_decay = at_least_zero(weight_decay, "a weight decay is 0 or more");
        self
    }

    /// Another learning rate.
    #[inline(always)]
    #[track_caller]
    pub const fn learning_rate(mut self, lr: f64) -> Sgd<M> {
        self.lr = at_least_zero(lr, "a learning rate is 0 or more");
        self
    }
}

impl Sgd<Momentum> {
    /// How much less a gradient counts in the momentum: 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn dampening(mut self, dampening: f64) -> Sgd<Momentum> {
        self.momentum.dampening = at_least_zero(dampening, "a dampening is 0 or more");
        self.checked()
    }

    #[inline(always)]
    #[track_caller]
    const fn checked(self) -> Sgd<Momentum> {
        let Momentum { momentum, dampening, nesterov } = self.momentum;
        let sound = !nesterov || (momentum > 0.0 && dampening == 0.0);
        assert!(sound, "Nesterov's momentum needs a momentum and no dampening");
        self
    }

    /// Nesterov's momentum: the step goes along g + momentum v.
    #[inline(always)]
    #[track_caller]
    pub const fn nesterov(mut self) -> Sgd<Momentum> {
        self.momentum.nesterov = true;
        self.checked()
    }
}

impl Default for Sgd {
    fn default() -> Sgd {
        Sgd::new(1e-3)
    }
}

elementwise! {
    /// w -= lr (g + decay w)
    fn descend[T: Scalar](values: &mut [T], gradient: &[T]; lr: T, decay: T) {
        if decay != T::ZERO {
            core::hint::cold_path(); // or compilers compute both for a few parameters, and wait for the longer one
            each!(w in values, g in gradient => *w -= lr * (*g + decay * *w));
        } else {
            each!(w in values, g in gradient => *w -= lr * *g);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<N: Parameters> Optimizer<N> for Sgd {
    type State = ();

    #[inline(always)]
    fn step(&self, network: &mut N, gradient: &N::Gradient, (): &mut ()) {
        let (lr, decay) = (N::Scalar::from_f64(self.lr), N::Scalar::from_f64(self.weight_decay));
        trained(network, |values, range| {
            let Some(gradient) = gradient.flat().get(range) else { return };
            descend(values, gradient, lr, decay);
        });
    }

    fn begin<'a>(&self, (): &'a mut ()) -> Option<Update<'a, N::Scalar>> {
        let (lr, zero) = (N::Scalar::from_f64(self.lr), N::Scalar::ZERO);
        let alone = |values: &mut [_], gradient: &[_], _: &mut [_], [lr, ..]: &Rates<N::Scalar>| {
            descend(values, gradient, *lr, N::Scalar::ZERO);
        };
        let undecayed = self.weight_decay == 0.0;
        undecayed.then(|| Update::new([lr, zero, zero, zero], &mut [], N::Scalar::descent, alone))
    }
}

/// What [`Sgd<Momentum>`] remembers: v, and whether there has been a step.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Velocity<G> {
    /// v; PyTorch's `momentum_buffer`.
    pub velocity: G,
    /// The number of steps done.
    pub steps: u64,
}

// SAFETY: zero bits are a valid gradient by the contract of `Parameters`, and a valid count.
unsafe impl<G: Parameters> Zeroed for Velocity<G> {}

elementwise! {
    /// v = mu v + take (g + decay w), w -= lr v, or w -= lr (g + decay w + mu v)
    fn roll[T: Scalar](
        values: &mut [T],
        gradient: &[T],
        velocity: &mut [T];
        rates: [T; 4],
        nesterov: bool
    ) {
        let [lr, decay, mu, take] = rates;
        each!(w in values, g in gradient, v in velocity => {
            let g = *g + decay * *w;
            *v = mu * *v + take * g;
            *w -= lr * if nesterov { g + mu * *v } else { *v };
        });
    }
}

impl Sgd<Momentum> {
    /// lr, decay, mu, take in a step behind so many.
    #[inline(always)]
    fn rates<T: Scalar>(&self, steps: u64) -> [T; 4] {
        let Momentum { momentum, dampening, .. } = self.momentum;
        let take = if steps == 0 { T::ONE } else { T::from_f64(1.0 - dampening) };
        [T::from_f64(self.lr), T::from_f64(self.weight_decay), T::from_f64(momentum), take]
    }
}

#[diagnostic::do_not_recommend]
impl<N: Parameters> Optimizer<N> for Sgd<Momentum> {
    type State = Velocity<N::Gradient>;

    #[inline(always)]
    fn step(&self, network: &mut N, gradient: &N::Gradient, state: &mut Self::State) {
        let (rates, nesterov) = (self.rates(state.steps), self.momentum.nesterov);
        trained(network, |values, range| {
            let velocity = state.velocity.flat_mut().get_mut(range.clone());
            let (Some(velocity), Some(gradient)) = (velocity, gradient.flat().get(range)) else { return };
            roll(values, gradient, velocity, rates, nesterov);
        });
        state.steps += 1;
    }

    fn begin<'a>(&self, state: &'a mut Self::State) -> Option<Update<'a, N::Scalar>> {
        if self.momentum.nesterov {
            return None;
        }
        let rates = self.rates(state.steps);
        state.steps += 1;
        let alone = |values: &mut [_], gradient: &[_], velocity: &mut [_], rates: &Rates<N::Scalar>| {
            roll(values, gradient, velocity, *rates, false);
        };
        Some(Update::new(rates, state.velocity.flat_mut(), N::Scalar::rolling, alone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, zeros};

    type One = Linear<1, 1, f64, ()>;

    const fn one(value: f64) -> One {
        Linear { weight: [[value]], bias: () }
    }

    #[test]
    fn a_step_goes_against_the_gradient_and_the_penalty() {
        let mut net = one(2.0);
        Sgd::new(0.5).weight_decay(0.5).step(&mut net, &one(3.0), &mut ());
        assert_eq!(net, one(0.0)); // 2 - 0.5 (3 + 0.5 * 2)
    }

    /// The weight after each of two steps from 0 with the gradients 4 and 8.
    fn two_steps(sgd: Sgd<Momentum>) -> [f64; 2] {
        let (mut net, mut state) = (one(0.0), Velocity { velocity: zeros(), steps: 0 });
        [4.0, 8.0].map(|g| {
            sgd.step(&mut net, &one(g), &mut state);
            net.weight[0][0]
        })
    }

    #[test]
    fn momentum_remembers_gradients() {
        let sgd = Sgd::new(0.5).momentum(0.5);
        assert_eq!(two_steps(sgd), [-2.0, -7.0]); // v = 4, 2 + 8
        assert_eq!(two_steps(sgd.dampening(0.75)), [-2.0, -4.0]); // v = 4, 2 + 2: the first gradient counts in full
        assert_eq!(two_steps(sgd.nesterov()), [-3.0, -9.5]); // along 4 + 2, 8 + 5
        assert_eq!(two_steps(sgd.learning_rate(1.0)), [-4.0, -14.0]);
    }
}
