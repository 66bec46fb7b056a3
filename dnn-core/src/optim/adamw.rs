//! AdamW: w *= 1 - lr d, then the step of Adam, with the weight decay d.

use super::adam::{Adam, Amsgrad, Decay, Moments};
use super::{Optimizer, Remember};
use crate::parameters::Parameters;

/// Adam whose weight decay is apart from the gradient, PyTorch's
/// [`AdamW`](https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html)
/// (I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019).
///
/// w *= 1 - lr weight_decay, then the step of [`Adam`] without its decay. The weight decay is 0.01 by default, the other
/// options are as there.
///
/// ```
/// use dnn_core::AdamW;
/// let adam = AdamW::new(1e-3).betas(0.9, 0.95).weight_decay(0.1);
/// # let _ = adam;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct AdamW<A = ()>(Adam<A>);

impl AdamW {
    /// AdamW with the learning rate `lr`; PyTorch's default is 0.001.
    #[inline(always)]
    #[track_caller]
    pub const fn new(lr: f64) -> AdamW {
        AdamW(Adam::new(lr).weight_decay(0.01))
    }

    /// Divides by the root of the largest v so far; `AdamW<Amsgrad>` remembers a third value for each parameter.
    pub const fn amsgrad(self) -> AdamW<Amsgrad> {
        AdamW(self.0.amsgrad())
    }
}

impl<A: Copy> AdamW<A> {
    /// How much of m and of v stays from step to step: 0.9 and 0.999 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn betas(self, beta1: f64, beta2: f64) -> AdamW<A> {
        AdamW(self.0.betas(beta1, beta2))
    }

    /// What is added to the root, so that nothing is divided by 0: 1e-8 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn eps(self, eps: f64) -> AdamW<A> {
        AdamW(self.0.eps(eps))
    }

    /// How fast weights shrink, w *= 1 - lr weight_decay: 0.01 by default.
    #[inline(always)]
    #[track_caller]
    pub const fn weight_decay(self, weight_decay: f64) -> AdamW<A> {
        AdamW(self.0.weight_decay(weight_decay))
    }

    /// Another learning rate.
    #[inline(always)]
    #[track_caller]
    pub const fn learning_rate(self, lr: f64) -> AdamW<A> {
        AdamW(self.0.learning_rate(lr))
    }
}

impl Default for AdamW {
    fn default() -> AdamW {
        AdamW::new(1e-3)
    }
}

#[diagnostic::do_not_recommend]
impl<N: Parameters, A: Remember> Optimizer<N> for AdamW<A> {
    type State = Moments<N::Gradient, A>;

    #[inline(always)]
    fn step(&self, network: &mut N, gradient: &N::Gradient, state: &mut Self::State) {
        self.0.update(network, gradient, state, Decay::Decoupled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, zeros};

    #[test]
    fn weights_shrink_without_a_gradient() {
        let mut net = Linear { weight: [[8.0f64]], bias: () };
        let mut state = Moments { mean: zeros(), square: zeros(), maximum: (), steps: 0 };
        AdamW::new(0.5).weight_decay(0.5).step(&mut net, &zeros(), &mut state);
        assert_eq!((net.weight, state.mean.weight), ([[6.0]], [[0.0]]));
    }
}
