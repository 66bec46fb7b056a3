//! Adam: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, w -= lr (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + eps) in step k.
//!
//! A NaN or infinity in a gradient makes its parameter NaN and no other. Where the square of a gradient overflows,
//! beyond 1.8e19 in `f32`, its parameter stops moving for good.

use super::{Optimizer, Remember, Zeroed};
use crate::check::{at_least_zero, below_one};
use crate::kernels::level::elementwise;
use crate::kernels::route;
use crate::parameters::{Parameters, trained};
use crate::scalar::Scalar;

/// Adam, PyTorch's [`Adam`](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html)
/// (D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015).
///
/// g += weight_decay w, where [`AdamW`](super::AdamW) has w *= 1 - lr weight_decay; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
/// w -= lr (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + eps) in step k, counted from 1.
///
/// It remembers two values for each parameter; with [`amsgrad`](Adam::amsgrad) the type becomes `Adam<Amsgrad>`, which
/// remembers a third one.
///
/// ```
/// use dnn_core::Adam;
/// let adam = Adam::new(1e-3);
/// let other = Adam::new(3e-4).betas(0.9, 0.95).eps(1e-6).weight_decay(1e-4).amsgrad();
/// # let _ = (adam, other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Adam<A = ()> {
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    weight_decay: f64,
    amsgrad: A,
}

/// The option of [`Adam`] and [`AdamW`](super::AdamW) to divide by the root of the largest v so far
/// (S. Reddi, S. Kale, S. Kumar, "On the Convergence of Adam and Beyond", ICLR 2018).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amsgrad;

impl Adam {
    /// Adam with the learning rate `lr`; PyTorch's default is 0.001.
    #[inline(always)]
    #[track_caller]
    pub const fn new(lr: f64) -> Adam {
        let lr = at_least_zero(lr, "a learning rate is 0 or more");
        Adam { lr, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, amsgrad: () }
    }

    /// Divides by the root of the largest v so far.
    pub const fn amsgrad(self) -> Adam<Amsgrad> {
        let Adam { lr, beta1, beta2, eps, weight_decay, amsgrad: () } = self;
        Adam { lr, beta1, beta2, eps, weight_decay, amsgrad: Amsgrad }
    }
}

impl<A: Copy> Adam<A> {
    /// How much of m and of v stays from step to step: 0.9 and 0.999 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn betas(mut self, beta1: f64, beta2: f64) -> Adam<A> {
        let message = "a beta is 0 or more and less than 1";
        (self.beta1, self.beta2) = (below_one(beta1, message), below_one(beta2, message));
        self
    }

    /// What is added to the root, so that nothing is divided by 0: 1e-8 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn eps(mut self, eps: f64) -> Adam<A> {
        self.eps = at_least_zero(eps, "eps is 0 or more");
        self
    }

    /// The factor of the L2 penalty, g += weight_decay w: 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn weight_decay(mut self, weight_decay: f64) -> Adam<A> {
        self.weight_decay = at_least_zero(weight_decay, "a weight decay is 0 or more");
        self
    }

    /// Another learning rate.
    #[inline(always)]
    #[track_caller]
    pub const fn learning_rate(mut self, lr: f64) -> Adam<A> {
        self.lr = at_least_zero(lr, "a learning rate is 0 or more");
        self
    }
}

impl Default for Adam {
    fn default() -> Adam {
        Adam::new(1e-3)
    }
}

/// What [`Adam`] and [`AdamW`](super::AdamW) remember: two averages, a maximum with [`Amsgrad`], and the number of steps.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Moments<G: Parameters, A: Remember = ()> {
    /// m, the average of g; PyTorch's `exp_avg`.
    pub mean: G,
    /// v, the average of g^2; PyTorch's `exp_avg_sq`.
    pub square: G,
    /// The largest v so far; PyTorch's `max_exp_avg_sq`.
    pub maximum: A::Memory<G>,
    /// The number of steps done.
    pub steps: u64,
}

// SAFETY: zero bits are a valid gradient by the contract of `Parameters`, a valid memory by its bound and a valid count.
unsafe impl<G: Parameters, A: Remember> Zeroed for Moments<G, A> {}

/// How the weight decays.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Decay {
    /// As part of the gradient.
    Penalty,
    /// By a factor of its own.
    Decoupled,
}

/// The averages of one parameter with its next gradient, at the rates of `average`.
#[inline(always)]
fn remember<T: Scalar>(w: T, g: T, m: &mut T, v: &mut T, rates: &[T; 8]) {
    let [_, penalty, _, take1, keep2, take2, _, _] = *rates;
    let g = g + penalty * w;
    *m += (g - *m) * take1;
    *v = keep2 * *v + take2 * g * g;
}

/// A parameter after its step, at the rates of `average`.
#[inline(always)]
fn moved<T: Scalar>(w: T, m: T, v: T, rates: &[T; 8]) -> T {
    let [lr, _, shrink, _, _, _, correction, eps] = *rates;
    shrink * w - lr * m / (v.sqrt() * correction + eps)
}

elementwise! {
    /// One update with the rates lr, penalty, shrink, 1 - b1, b2, 1 - b2, 1 / sqrt(1 - b2^k), eps.
    fn average[T: Scalar](
        values: &mut [T],
        gradient: &[T],
        mean: &mut [T],
        square: &mut [T],
        maxima: Option<&mut [T]>;
        rates: [T; 8]
    ) {
        match maxima {
            None => each!(w in values, g in gradient, m in mean, v in square => {
                remember(*w, *g, m, v, &rates);
                *w = moved(*w, *m, *v, &rates);
            }),
            Some(maxima) => each!(w in values, g in gradient, m in mean, v in square, maximum in maxima => {
                remember(*w, *g, m, v, &rates);
                // Written so that a NaN is taken over.
                *maximum = if *v <= *maximum { *maximum } else { *v };
                *w = moved(*w, *m, *maximum, &rates);
            }),
        }
    }
}

impl<A: Remember> Adam<A> {
    #[inline(always)]
    pub(super) fn update<N: Parameters>(
        &self,
        network: &mut N,
        gradient: &N::Gradient,
        state: &mut Moments<N::Gradient, A>,
        decay: Decay,
    ) {
        let (scalar, one) = (N::Scalar::from_f64, N::Scalar::ONE);
        state.steps += 1;
        let lr = scalar(self.lr / (1.0 - power(self.beta1, state.steps)));
        let correction = scalar(1.0 / Scalar::sqrt(1.0 - power(self.beta2, state.steps)));
        let (take1, keep2, take2) = (scalar(1.0 - self.beta1), scalar(self.beta2), scalar(1.0 - self.beta2));
        let eps = scalar(self.eps);
        let (penalty, shrink) = match decay {
            Decay::Penalty => (scalar(self.weight_decay), one),
            Decay::Decoupled => (N::Scalar::ZERO, scalar(1.0 - self.lr * self.weight_decay)),
        };
        trained(network, |values, range| {
            let (mean, square) = (state.mean.flat_mut(), state.square.flat_mut());
            let (Some(gradient), Some(mean), Some(square)) =
                (gradient.flat().get(range.clone()), mean.get_mut(range.clone()), square.get_mut(range.clone()))
            else {
                return;
            };
            let maxima = A::slice(&mut state.maximum, range);
            average(
                values,
                gradient,
                mean,
                square,
                maxima,
                [lr, penalty, shrink, take1, keep2, take2, correction, eps],
            );
        });
    }
}

/// base^exponent by repeated squaring, for a base below 1; 0 where that is nothing beside 1.
#[inline(always)]
fn power(mut base: f64, mut exponent: u64) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if route::TARGET {
            // Without a branch on a bit, which changes from step to step.
            product *= if exponent & 1 == 1 { base } else { 1.0 };
            if base < 1e-17 {
                return 0.0;
            }
        } else if exponent & 1 == 1 {
            product *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    product
}

#[diagnostic::do_not_recommend]
impl<N: Parameters, A: Remember> Optimizer<N> for Adam<A> {
    type State = Moments<N::Gradient, A>;

    #[inline(always)]
    fn step(&self, network: &mut N, gradient: &N::Gradient, state: &mut Self::State) {
        self.update(network, gradient, state, Decay::Penalty);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, zeros};

    type One = Linear<1, 1, f64, ()>;
    const ONE: One = Linear { weight: [[1.0]], bias: () };

    #[test]
    fn the_first_step_has_the_length_of_the_learning_rate() {
        for g in [1e-3, 1.0, 1e3] {
            let (mut net, mut state) = (ONE, Moments { mean: zeros(), square: zeros(), maximum: (), steps: 0 });
            Adam::new(0.25).eps(0.0).step(&mut net, &Linear { weight: [[g]], bias: () }, &mut state);
            assert!((net.weight[0][0] - 0.75).abs() < 1e-15);
            assert_eq!(state.steps, 1);
        }
    }

    #[test]
    fn amsgrad_divides_by_the_largest_moment() {
        let adam = Adam::new(0.25).betas(0.5, 0.5).eps(0.0).amsgrad();
        let memory = super::super::Kept(zeros());
        let (mut net, mut state) = (ONE, Moments { mean: zeros(), square: zeros(), maximum: memory, steps: 0 });
        adam.step(&mut net, &Linear { weight: [[4.0]], bias: () }, &mut state);
        adam.step(&mut net, &Linear { weight: [[0.0]], bias: () }, &mut state);
        // v goes from 8 to 4, m from 2 to 1
        assert_eq!((state.square.weight, state.maximum.0.weight, state.mean.weight), ([[4.0]], [[8.0]], [[1.0]]));
    }

    #[test]
    fn options_that_are_off_take_no_memory() {
        assert_eq!(size_of::<Moments<One>>(), 2 * size_of::<One>() + 8);
        assert_eq!(size_of::<Moments<One, Amsgrad>>(), 3 * size_of::<One>() + 8);
    }

    #[test]
    fn powers_are_exact_for_powers_of_two() {
        assert_eq!(power(0.5, 0), 1.0);
        assert_eq!(power(0.5, 13), 1.0 / 8192.0);
        assert_eq!(power(0.9, u64::MAX), 0.0);
    }
}
