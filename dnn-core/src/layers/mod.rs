//! Layers, one file each: formula, forward, backward, tests.

mod dropout;
mod elu;
mod gelu;
mod leaky_relu;
mod linear;
mod log_softmax;
mod relu;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod tanh;

pub use dropout::Dropout;
pub use elu::Elu;
pub use gelu::{Approximate, Gelu};
pub use leaky_relu::LeakyRelu;
pub use linear::{Bias, Linear};
pub use log_softmax::LogSoftmax;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use softmax::Softmax;
pub use softplus::Softplus;
pub use tanh::Tanh;

pub(crate) use sigmoid::sigmoid;
