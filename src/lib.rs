//! Neural networks as Rust types.
#![no_std]
#![forbid(unsafe_code)]

pub use dnn_core::*;
pub use dnn_macros::Parameters;

#[doc(hidden)]
pub use dnn_macros::__network;

/// Declares networks.
#[macro_export]
macro_rules! network {
    ($($tokens:tt)*) => { $crate::__network! { {$crate::__private} $($tokens)* } };
}

/// What generated code names.
#[doc(hidden)]
pub mod __private {
    pub use dnn_core::*;
}

/// Everything that most programs use.
pub mod prelude {
    pub use crate::{Layer, Network, Parameters, Pass, network};
    pub use dnn_core::*;
}
