//! Layers, one file each: formula, forward, backward, tests.

mod linear;
mod relu;
mod sigmoid;

pub use linear::{Bias, Linear};
pub use relu::Relu;
pub use sigmoid::Sigmoid;
