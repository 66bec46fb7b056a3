//! Adagrad: s += g^2, w -= lr / (1 + (k - 1) d) g / (sqrt(s) + eps) in step k, with the decay d of the learning rate.
//!
//! A NaN or infinity in a gradient makes its parameter NaN and no other. Where the square of a gradient overflows,
//! beyond 1.8e19 in `f32`, its parameter stops moving for good.

use super::{Optimizer, Zeroed};
use crate::check::at_least_zero;
use crate::kernels::level::elementwise;
use crate::parameters::{Parameters, trained};
use crate::scalar::Scalar;

/// Adagrad, PyTorch's [`Adagrad`](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html)
/// (J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
/// JMLR 12, 2011).
///
/// g += weight_decay w; s += g^2; w -= lr / (1 + (k - 1) lr_decay) g / (sqrt(s) + eps) in step k, counted from 1.
///
/// It remembers one value for each parameter.
///
/// ```
/// use dnn_core::Adagrad;
/// let plain = Adagrad::new(0.01);
/// let other = Adagrad::new(0.1).lr_decay(1e-3).weight_decay(1e-4).initial_accumulator_value(0.1).eps(1e-8);
/// # let _ = (plain, other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Adagrad {
    lr: f64,
    lr_decay: f64,
    weight_decay: f64,
    initial: f64,
    eps: f64,
}

impl Adagrad {
    /// Adagrad with the learning rate `lr`; PyTorch's default is 0.01.
    #[inline(always)]
    #[track_caller]
    pub const fn new(lr: f64) -> Adagrad {
        let lr = at_least_zero(lr, "a learning rate is 0 or more");
        Adagrad { lr, lr_decay: 0.0, weight_decay: 0.0, initial: 0.0, eps: 1e-10 }
    }

    /// How fast the learning rate falls, lr / (1 + (k - 1) lr_decay): 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn lr_decay(mut self, lr_decay: f64) -> Adagrad {
        self.lr_decay = at_least_zero(lr_decay, "a decay of the learning rate is 0 or more");
        self
    }

    /// The factor of the L2 penalty, g += weight_decay w: 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn weight_decay(mut self, weight_decay: f64) -> Adagrad {
        self.weight_decay = at_least_zero(weight_decay, "a weight decay is 0 or more");
        self
    }

    /// The s before the first step: 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn initial_accumulator_value(mut self, initial: f64) -> Adagrad {
        self.initial = at_least_zero(initial, "an initial accumulator value is 0 or more");
        self
    }

    /// What is added to the root, so that nothing is divided by 0: 1e-10 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn eps(mut self, eps: f64) -> Adagrad {
        self.eps = at_least_zero(eps, "eps is 0 or more");
        self
    }

    /// Another learning rate.
    #[inline(always)]
    #[track_caller]
    pub const fn learning_rate(mut self, lr: f64) -> Adagrad {
        self.lr = at_least_zero(lr, "a learning rate is 0 or more");
        self
    }
}

impl Default for Adagrad {
    fn default() -> Adagrad {
        Adagrad::new(0.01)
    }
}

/// What [`Adagrad`] remembers: the sum of squares and the number of steps.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Squares<G> {
    /// s, less its initial value before the first step; PyTorch's `sum`.
    pub sum: G,
    /// The number of steps done.
    pub steps: u64,
}

// SAFETY: zero bits are a valid gradient by the contract of `Parameters`, and a valid count.
unsafe impl<G: Parameters> Zeroed for Squares<G> {}

#[diagnostic::do_not_recommend]
impl<N: Parameters> Optimizer<N> for Adagrad {
    type State = Squares<N::Gradient>;

    #[inline(always)]
    fn step(&self, network: &mut N, gradient: &N::Gradient, state: &mut Self::State) {
        let scalar = N::Scalar::from_f64;
        let lr = scalar(self.lr / (1.0 + state.steps as f64 * self.lr_decay));
        let (decay, eps) = (scalar(self.weight_decay), scalar(self.eps));
        // The state begins with zeros, so its initial value comes in with the first step.
        let initial = if state.steps == 0 { scalar(self.initial) } else { N::Scalar::ZERO };
        trained(network, |values, range| {
            let sums = state.sum.flat_mut().get_mut(range.clone());
            let (Some(gradient), Some(sums)) = (gradient.flat().get(range), sums) else { return };
            descend(values, gradient, sums, [lr, decay, initial, eps]);
        });
        state.steps += 1;
    }
}

elementwise! {
    /// One update with the rates lr, weight decay, what is added to s, eps.
    fn descend[T: Scalar](values: &mut [T], gradient: &[T], sums: &mut [T]; rates: [T; 4]) {
        let [lr, decay, initial, eps] = rates;
        each!(w in values, g in gradient, s in sums => {
            let g = *g + decay * *w;
            *s += initial + g * g;
            *w -= lr * g / (s.sqrt() + eps);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, zeros};

    #[test]
    fn steps_shrink_with_the_sum_of_squares_and_the_decay() {
        let adagrad = Adagrad::new(0.5).lr_decay(1.0).initial_accumulator_value(7.0).eps(0.0);
        let mut net = Linear { weight: [[1.0f64]], bias: () };
        let mut state = Squares { sum: zeros(), steps: 0 };
        adagrad.step(&mut net, &Linear { weight: [[3.0]], bias: () }, &mut state);
        // s = 7 + 9
        assert_eq!((net.weight, state.sum.weight), ([[0.625]], [[16.0]]));
        adagrad.step(&mut net, &Linear { weight: [[-3.0]], bias: () }, &mut state);
        // s = 25, lr = 0.25
        assert!((net.weight[0][0] - 0.775).abs() < 1e-15);
    }
}
