//! Optimisers: how a gradient changes the parameters.
//!
//! An optimiser is hyper-parameters by value, kept in `f64` as PyTorch keeps them, and a [`State`](Optimizer::State) with the
//! structure of the gradient. The state is all zero bits at the start, so that a `static` of it lies in `.bss`.

mod adagrad;
mod adam;
mod adamw;
mod clip;
mod remember;
mod rmsprop;
mod sgd;

pub use adagrad::{Adagrad, Squares};
pub use adam::{Adam, Amsgrad, Moments};
pub use adamw::AdamW;
pub use clip::{clip_norm, clip_value};
pub use remember::{Kept, Remember};
pub use rmsprop::{Averages, Centered, RmsProp};
pub use sgd::{Momentum, Sgd, Velocity};

use crate::parameters::Parameters;

/// A type whose value of all zero bits is its start.
///
/// # Safety
/// All zero bits are a valid value.
pub unsafe trait Zeroed: Sized + 'static {}

// SAFETY: `()` has no bits.
unsafe impl Zeroed for () {}

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
}
