//! The run time of [`dnn`](https://docs.rs/dnn): tensors, kernels, layers, losses, optimisers and training.
//!
//! Users depend on `dnn`, which re-exports what they need and brings `network!`. This crate is `no_std`, and without
//! features it needs no heap.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod check;
#[cfg(feature = "alloc")]
mod data;
mod kernels;
mod layer;
mod layers;
mod losses;
mod math;
mod network;
mod optim;
mod parameters;
mod random;
mod scalar;
pub mod shape;
mod summary;
pub mod tensor;
mod train;
pub mod workspace;

#[cfg(feature = "alloc")]
pub use data::{Csv, DataError, Dataset, Fault, Gather, Number, Row};
pub use layer::{InPlace, Keeps, Layer, Op, Pass, kept};
pub use layers::*;
pub use losses::*;
pub use network::{Batch, Network, Output};
#[cfg(feature = "alloc")]
pub use network::{IntoBox, predict_batch};
pub use optim::*;
pub use parameters::{Entry, Named, Parameters, Path, Role, count, elements, fill, sealed, trained, zeros};
#[cfg(feature = "alloc")]
pub use parameters::{boxed, boxed_zeros};
pub use random::{Generator, Rng};
pub use scalar::Scalar;
pub use summary::{LayerInfo, Summary};
pub use tensor::{Sample, Tensor};
#[cfg(feature = "alloc")]
pub use train::{Epoch, Fit, FitError, Heap, History};
pub use train::{Evaluation, Memory, Parts, Storage, Trainer};
pub use workspace::{Extent, Place};

#[doc(hidden)]
pub use typenum;

#[doc(hidden)]
#[cfg(feature = "alloc")]
pub use alloc::{boxed::Box, vec::Vec};

/// Passes its tokens on where there is a heap, and drops them where there is none: generated code cannot ask for the
/// features of this crate itself.
#[doc(hidden)]
#[cfg(feature = "alloc")]
#[macro_export]
macro_rules! with_alloc {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Passes its tokens on where there is a heap, and drops them where there is none.
#[doc(hidden)]
#[cfg(not(feature = "alloc"))]
#[macro_export]
macro_rules! with_alloc {
    ($($tokens:tt)*) => {};
}
