//! The run time of [`dnn`](https://docs.rs/dnn): tensors, kernels, layers, losses, optimisers and training.
//!
//! Users depend on `dnn`, which re-exports what they need and brings `network!`. This crate is `no_std`, and without
//! features it needs no heap.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[doc(hidden)] // for generated code
pub mod budget;
#[doc(hidden)] // for generated code
pub mod check;
#[cfg(feature = "alloc")]
mod data;
mod frozen;
#[doc(hidden)] // for generated code
pub mod functions;
mod io;
mod kernels;
mod layer;
pub mod layers;
mod losses;
mod math;
mod network;
#[doc(hidden)] // for generated code
pub mod operand;
mod optim;
mod outputs;
mod parameters;
mod path;
mod random;
mod scalar;
#[doc(hidden)] // for generated code
pub mod shape;
mod summary;
pub mod tensor;
mod train;
pub mod workspace;

#[cfg(feature = "alloc")]
pub use data::{Csv, DataError, Dataset, Fault, Gather, Number, Row};
pub use frozen::Frozen;
#[cfg(feature = "std")]
pub use io::WeightsError;
pub use io::WeightsFault;
pub use layer::{InPlace, Keeps, Layer, Op, Overwrite, Pass, Pooled};
pub use layers::*;
pub use losses::*;
#[cfg(feature = "alloc")]
pub use network::IntoBox;
pub use network::{Batch, Network, Output};
pub use operand::Operand;
pub use optim::*;
pub use outputs::{Outputs2, Outputs3, Outputs4};
#[cfg(feature = "alloc")]
pub use parameters::boxed_zeros;
pub use parameters::{Entry, Named, Parameters, Role, count, trained, zeros};
pub use path::Path;
pub use random::{Generator, Rng};
pub use scalar::Scalar;
pub use summary::{BufferInfo, LayerInfo, Summary};
pub use tensor::{Sample, Tensor};
#[cfg(feature = "alloc")]
#[doc(hidden)] // for generated code
pub use train::Line;
#[cfg(feature = "alloc")]
pub use train::{Epoch, Fit, FitError, Heap, History};
pub use train::{Evaluation, Memory, Parts, Storage, Trainer};
pub use workspace::{Extent, Place};

/// The reader of [safetensors](https://github.com/huggingface/safetensors) files: const functions without allocation, for
/// compile time and run time. Networks read and write their weights by the methods of [`Parameters`].
///
/// They are as strict as the reference, and stricter where it lets something through that nobody writes: names that are
/// there twice, keys of a tensor that the format does not have or that are spelled with escapes, space before the header.
///
/// A compiler takes about 0.01 seconds for each tensor of [`check`](safetensors::check); for a network of hundreds, the item
/// that calls it needs `#[allow(long_running_const_eval)]`.
///
/// ```
/// use dnn_core::{Linear, Parameters, safetensors};
/// let file = Linear { weight: [[1.0f32, 2.0]], bias: [3.0] }.to_safetensors();
/// assert_eq!(safetensors::validate(&file)?, 2);
/// let weight = safetensors::find(&file, "weight")?.unwrap();
/// assert_eq!((weight.dtype, weight.dims.as_slice(), weight.data.len()), ("F32", &[1, 2][..], 8));
/// assert!(safetensors::find(&file, "scale")?.is_none());
/// # Ok::<(), dnn_core::WeightsFault>(())
/// ```
pub mod safetensors {
    pub use crate::io::{Dims, Quote, Stored, check, find, validate};
}

/// What generated code calls beside the public items.
#[doc(hidden)]
pub mod __private {
    pub use crate::__with_alloc as with_alloc;
    pub use crate::functions;
    pub use crate::io::include as weights;
    pub use crate::layer::{extents, extents_of, extents_pooled, kept};
    #[cfg(feature = "alloc")]
    pub use crate::network::predict_batch;
    #[cfg(feature = "alloc")]
    pub use crate::parameters::boxed;
    pub use crate::parameters::{fill, fill_uniform, leaves, sealed, sealed_before};
    #[cfg(feature = "alloc")]
    pub use alloc::{boxed::Box, vec::Vec};
    pub use typenum;
}

/// Passes its tokens on where there is a heap, and drops them where there is none: generated code cannot ask for the
/// features of this crate itself.
#[doc(hidden)]
#[cfg(feature = "alloc")]
#[macro_export]
macro_rules! __with_alloc {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Passes its tokens on where there is a heap, and drops them where there is none.
#[doc(hidden)]
#[cfg(not(feature = "alloc"))]
#[macro_export]
macro_rules! __with_alloc {
    ($($tokens:tt)*) => {};
}
