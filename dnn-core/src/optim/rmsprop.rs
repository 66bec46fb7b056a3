//! RMSprop: v = a v + (1 - a) g^2, w -= lr g / (sqrt(v) + eps).
//!
//! Centred: sqrt(v - n^2) with n = a n + (1 - a) g. With momentum: b = mu b + g / (..), w -= lr b.
//!
//! A NaN or infinity in a gradient makes its parameter NaN and no other. Where the square of a gradient overflows, beyond
//! 1.8e19 in `f32`, its parameter stops moving for good, or becomes NaN if centred.

use super::{Momentum, Optimizer, Remember, Zeroed};
use crate::check::at_least_zero;
use crate::kernels::level::elementwise;
use crate::parameters::{Parameters, trained};
use crate::scalar::Scalar;
use core::marker::PhantomData;

/// RMSprop, PyTorch's [`RMSprop`](https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html)
/// (T. Tieleman, G. Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012).
///
/// g += weight_decay w; v = alpha v + (1 - alpha) g^2; w -= lr g / (sqrt(v) + eps).
///
/// It remembers one value for each parameter, and one more for each of [`momentum`](RmsProp::momentum) and
/// [`centered`](RmsProp::centered), which change the type: `RmsProp<Momentum, Centered>`.
///
/// ```
/// use dnn_core::RmsProp;
/// let plain = RmsProp::new(0.01);
/// let other = RmsProp::new(1e-3).alpha(0.9).eps(1e-6).weight_decay(1e-4).momentum(0.9).centered();
/// # let _ = (plain, other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct RmsProp<M = (), C = ()> {
    lr: f64,
    alpha: f64,
    eps: f64,
    weight_decay: f64,
    momentum: f64,
    options: PhantomData<(M, C)>,
}

/// The option of [`RmsProp`] to divide by the standard deviation of g instead of its root mean square
/// (A. Graves, "Generating Sequences With Recurrent Neural Networks", 2013).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Centered;

impl RmsProp {
    /// RMSprop with the learning rate `lr`; PyTorch's default is 0.01.
    #[inline(always)]
    #[track_caller]
    pub const fn new(lr: f64) -> RmsProp {
        let lr = at_least_zero(lr, "a learning rate is 0 or more");
        RmsProp { lr, alpha: 0.99, eps: 1e-8, weight_decay: 0.0, momentum: 0.0, options: PhantomData }
    }
}

impl<M: Copy, C: Copy> RmsProp<M, C> {
    /// How much of v and n stays from step to step: 0.99 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn alpha(mut self, alpha: f64) -> RmsProp<M, C> {
        self.alpha = at_least_zero(alpha, "alpha is 0 or more");
        self
    }

    /// What is added to the root, so that nothing is divided by 0: 1e-8 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn eps(mut self, eps: f64) -> RmsProp<M, C> {
        self.eps = at_least_zero(eps, "eps is 0 or more");
        self
    }

    /// The factor of the L2 penalty, g += weight_decay w: 0 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn weight_decay(mut self, weight_decay: f64) -> RmsProp<M, C> {
        self.weight_decay = at_least_zero(weight_decay, "a weight decay is 0 or more");
        self
    }

    /// Another learning rate.
    #[inline(always)]
    #[track_caller]
    pub const fn learning_rate(mut self, lr: f64) -> RmsProp<M, C> {
        self.lr = at_least_zero(lr, "a learning rate is 0 or more");
        self
    }

    /// Adds momentum.
    #[inline(always)]
    #[track_caller]
    pub const fn momentum(mut self, momentum: f64) -> RmsProp<Momentum, C> {
        self.momentum = at_least_zero(momentum, "a momentum is 0 or more");
        self.with()
    }

    /// Divides by the standard deviation of g instead of its root mean square.
    pub const fn centered(self) -> RmsProp<M, Centered> {
        self.with()
    }

    const fn with<N, D>(self) -> RmsProp<N, D> {
        let RmsProp { lr, alpha, eps, weight_decay, momentum, options: PhantomData } = self;
        RmsProp { lr, alpha, eps, weight_decay, momentum, options: PhantomData }
    }
}

impl Default for RmsProp {
    fn default() -> RmsProp {
        RmsProp::new(0.01)
    }
}

/// What [`RmsProp`] remembers: an average, and what its options need.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Averages<G: Parameters, M: Remember = (), C: Remember = ()> {
    /// v, the average of g^2; PyTorch's `square_avg`.
    pub square: G,
    /// b; PyTorch's `momentum_buffer`.
    pub momentum: M::Memory<G>,
    /// n, the average of g; PyTorch's `grad_avg`.
    pub mean: C::Memory<G>,
}

// SAFETY: zero bits are a valid gradient by the contract of `Parameters`, and valid memories by their bound.
unsafe impl<G: Parameters, M: Remember, C: Remember> Zeroed for Averages<G, M, C> {}

#[diagnostic::do_not_recommend]
impl<N: Parameters, M: Remember, C: Remember> Optimizer<N> for RmsProp<M, C> {
    type State = Averages<N::Gradient, M, C>;

    #[inline(always)]
    fn step(&self, network: &mut N, gradient: &N::Gradient, state: &mut Self::State) {
        let scalar = N::Scalar::from_f64;
        let (lr, keep, take) = (scalar(self.lr), scalar(self.alpha), scalar(1.0 - self.alpha));
        let (eps, decay, mu) = (scalar(self.eps), scalar(self.weight_decay), scalar(self.momentum));
        trained(network, |values, range| {
            let square = state.square.flat_mut().get_mut(range.clone());
            let (Some(gradient), Some(square)) = (gradient.flat().get(range.clone()), square) else { return };
            let momenta = M::slice(&mut state.momentum, range.clone());
            let means = C::slice(&mut state.mean, range);
            descend(values, gradient, square, momenta, means, [lr, keep, take, eps, decay, mu]);
        });
    }
}

/// How far a parameter with the gradient g goes.
#[inline(always)]
fn length<T: Scalar>(g: T, variance: T, eps: T) -> T {
    // Rounding may leave a variance of constant gradients below 0, where the root would be NaN.
    g / (if variance < T::ZERO { T::ZERO } else { variance }.sqrt() + eps)
}

elementwise! {
    /// One update with the rates lr, alpha, 1 - alpha, eps, weight decay, momentum.
    fn descend[T: Scalar](
        values: &mut [T],
        gradient: &[T],
        square: &mut [T],
        momenta: Option<&mut [T]>,
        means: Option<&mut [T]>;
        rates: [T; 6]
    ) {
        let [lr, keep, take, eps, decay, mu] = rates;
        // What the options share, written once: `$variance` may change what is averaged, and `$taken` what is rolled on.
        macro_rules! update {
            ($($other:ident in $others:expr),*; |$g:ident, $v:ident| $variance:expr, |$step:ident| $taken:expr) => {
                each!(w in values, gradient in gradient, square in square $(, $other in $others)* => {
                    let $g = *gradient + decay * *w;
                    *square = keep * *square + take * $g * $g;
                    let $v = *square;
                    let $step = length($g, $variance, eps);
                    *w -= lr * $taken;
                })
            };
        }
        match (momenta, means) {
            (None, None) => update!(; |g, v| v, |step| step),
            (Some(momenta), None) => update!(
                b in momenta;
                |g, v| v,
                |step| { *b = mu * *b + step; *b }
            ),
            (None, Some(means)) => update!(
                n in means;
                |g, v| { *n += (g - *n) * take; v - *n * *n },
                |step| step
            ),
            (Some(momenta), Some(means)) => update!(
                b in momenta, n in means;
                |g, v| { *n += (g - *n) * take; v - *n * *n },
                |step| { *b = mu * *b + step; *b }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kept;
    use super::*;
    use crate::{Linear, zeros};

    type One = Linear<1, 1, f64, ()>;
    const G: One = Linear { weight: [[2.0]], bias: () };

    #[test]
    fn a_step_has_the_length_of_the_learning_rate_over_the_root_of_what_is_taken() {
        let mut net: One = Linear { weight: [[1.0]], bias: () };
        let mut state = Averages { square: zeros(), momentum: (), mean: () };
        RmsProp::new(0.25).alpha(0.75).eps(0.0).step(&mut net, &G, &mut state);
        assert_eq!((net.weight, state.square.weight), ([[0.5]], [[1.0]]));
    }

    #[test]
    fn momentum_and_centring_remember_more() {
        let rmsprop = RmsProp::new(0.25).alpha(0.5).eps(0.0).momentum(0.5).centered();
        let mut net: One = Linear { weight: [[1.0]], bias: () };
        let mut state = Averages { square: zeros(), momentum: Kept(zeros()), mean: Kept(zeros()) };
        rmsprop.step(&mut net, &G, &mut state);
        // v = 2, n = 1: the step is 2 / sqrt(2 - 1)
        assert_eq!((net.weight, state.square.weight, state.mean.0.weight), ([[0.5]], [[2.0]], [[1.0]]));
        rmsprop.step(&mut net, &zeros(), &mut state);
        // b goes from 2 to 1
        assert_eq!((net.weight, state.momentum.0.weight), ([[0.25]], [[1.0]]));
    }

    #[test]
    fn a_constant_gradient_never_makes_a_centred_step_nan() {
        let mut net: Linear<1, 1, f32, ()> = zeros();
        let mut state = Averages { square: zeros(), momentum: (), mean: Kept(zeros()) };
        let gradient = Linear { weight: [[0.1]], bias: () };
        for _ in 0..2000 {
            RmsProp::new(1e-9).alpha(0.5).centered().step(&mut net, &gradient, &mut state);
        }
        assert!(net.weight[0][0].is_finite());
    }

    #[test]
    fn options_that_are_off_take_no_memory() {
        assert_eq!(size_of::<Averages<One>>(), size_of::<One>());
        assert_eq!(size_of::<Averages<One, Momentum, Centered>>(), 3 * size_of::<One>());
    }
}
