//! Optimisers: how a gradient changes the parameters.
//!
//! An optimiser is hyper-parameters by value, kept in `f64` as PyTorch keeps them, and a [`State`](Optimizer::State) with the
//! structure of the gradient. The state is all zero bits at the start, so that a `static` of it lies in `.bss`.
//!
//! A hyper-parameter that PyTorch refuses, such as a negative learning rate, panics at the line that gives it; in a `const`
//! it does not compile.

/// Runs `$do` once for each parameter: with its gradient and its places in other slices, which are as long.
///
/// Where scalars are computed one by one, four parameters at a time: compilers do not unroll at opt-level "s", and the four
/// share what it takes to find them.
macro_rules! each {
    ($w:ident in $values:expr, $g:ident in $gradient:expr
     $(, $p:ident in $places:expr)* => $do:expr) => {{
        let ($w, $g $(, $p)*) = match crate::kernels::route::ONE_BY_ONE {
            true => ($values.as_chunks_mut::<4>(), $gradient.as_chunks::<4>() $(, $places.as_chunks_mut::<4>())*),
            false => ((&mut [][..], $values), (&[][..], $gradient) $(, (&mut [][..], $places))*),
        };
        let mut c = 0;
        while let (Some($w), Some($g) $(, Some($p))*) = ($w.0.get_mut(c), $g.0.get(c) $(, $p.0.get_mut(c))*) {
            each!(0: $w, $g $(, $p)* => $do);
            each!(1: $w, $g $(, $p)* => $do);
            each!(2: $w, $g $(, $p)* => $do);
            each!(3: $w, $g $(, $p)* => $do);
            c += 1;
        }
        each!(for $w in $w.1.iter_mut(), $g in $g.1 $(, $p in $p.1)* => $do);
    }};
    ($k:literal: $w:ident, $g:ident $(, $p:ident)* => $do:expr) => {{
        let ($w, $g $(, $p)*) = (&mut $w[$k], &$g[$k] $(, &mut $p[$k])*);
        $do;
    }};
    (for $pattern:pat in $zip:expr, $next:ident in $iterator:expr $(, $name:ident in $rest:expr)* => $do:expr) => {
        each!(for ($pattern, $next) in $zip.zip($iterator) $(, $name in $rest)* => $do);
    };
    (for $pattern:pat in $zip:expr => $do:expr) => {
        for $pattern in $zip {
            $do;
        }
    };
}

mod adagrad;
mod adam;
mod adamw;
mod clip;
mod remember;
mod rmsprop;
mod sgd;
mod update;

pub use adagrad::{Adagrad, Squares};
pub use adam::{Adam, Amsgrad, Moments};
pub use adamw::AdamW;
pub use clip::{clip_norm, clip_value};
pub use remember::{Kept, Remember};
pub use rmsprop::{Averages, Centered, RmsProp};
pub use sgd::{Momentum, Sgd, Velocity};
pub use update::Update;

use crate::parameters::Parameters;

/// A type whose value of all zero bits is its start.
///
/// # Safety
/// All zero bits are a valid value.
pub unsafe trait Zeroed: Sized + 'static {}

// SAFETY: `()` has no bits.
unsafe impl Zeroed for () {}

/// The start of an optimiser's state.
#[inline(always)]
pub(crate) fn start<S: Zeroed>() -> S {
    // SAFETY: the contract of `Zeroed` makes all zero bits a valid value.
    unsafe { core::mem::zeroed() }
}

/// How a gradient changes the parameters of a network `N`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimiser",
    label = "expected an optimiser, such as `Sgd::new(0.1)` or `Adam::new(0.001)`"
)]
pub trait Optimizer<N: Parameters> {
    /// What it remembers from step to step.
    type State: Zeroed;
    /// One update of `network` by `gradient` = dL/dp.
    fn step(&self, network: &mut N, gradient: &N::Gradient, state: &mut Self::State);

    /// Begins a step whose update is made part by part, each element as [`step`](Optimizer::step) makes it: a trainer asks for it
    /// where large weights are updated behind the products that give their gradients. `None`, the default, leaves the update to
    /// `step`, and the state as it is.
    fn begin<'a>(&self, state: &'a mut Self::State) -> Option<Update<'a, N::Scalar>> {
        let _ = state;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linear;
    use core::array::from_fn;

    #[test]
    fn many_parameters_at_once_get_the_bits_of_few() {
        fn same<O: Optimizer<Linear<9, 1, f32, ()>> + Optimizer<Linear<1003, 1, f32, ()>>>(optimizer: O) {
            assert_eq!(after_three::<9, O>(&optimizer)[..], after_three::<1003, O>(&optimizer)[..9]);
        }
        same(Sgd::new(0.1));
        same(Sgd::new(0.1).weight_decay(0.01).momentum(0.9).nesterov());
        same(Adam::new(0.1));
        same(AdamW::new(0.1).amsgrad());
    }

    #[test]
    #[should_panic(expected = "a learning rate is 0 or more")]
    fn a_negative_learning_rate_is_refused() {
        let _ = Adam::new(-1e-3);
    }

    #[test]
    #[should_panic(expected = "a beta is 0 or more and less than 1")]
    fn a_beta_of_one_is_refused() {
        let _ = AdamW::new(1e-3).betas(1.0, 0.999);
    }

    /// The weights of N parameters after three steps.
    fn after_three<const N: usize, O>(optimizer: &O) -> [f32; N]
    where
        O: Optimizer<Linear<N, 1, f32, ()>>,
    {
        let mut net: Linear<N, 1, f32, ()> = Linear { weight: [from_fn(|i| (i + 1) as f32 / 7.0)], bias: () };
        // SAFETY: the contract of `Zeroed` makes all zero bits a valid value.
        let mut state: O::State = unsafe { core::mem::zeroed() };
        for step in 1..4 {
            let gradient = Linear { weight: [from_fn(|i| ((i + 2) * step) as f32 / -3.0)], bias: () };
            optimizer.step(&mut net, &gradient, &mut state);
        }
        net.weight[0]
    }

    #[test]
    #[should_panic(expected = "Nesterov's momentum needs a momentum and no dampening")]
    fn nesterov_with_dampening_is_refused() {
        let _ = Sgd::new(0.1).momentum(0.9).dampening(0.1).nesterov();
    }

    #[test]
    #[should_panic(expected = "a weight decay is 0 or more")]
    fn what_is_no_number_is_refused() {
        let _ = RmsProp::new(0.0).weight_decay(f64::NAN);
    }
}
