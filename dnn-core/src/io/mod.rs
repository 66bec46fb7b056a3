//! Weights in files of the [safetensors](https://github.com/huggingface/safetensors) format.
//!
//! Eight bytes, the length of the header; the header, a JSON object that gives each tensor's type, shape and place; the
//! data. Everything is little-endian. One reader of const functions serves the compiler and the program.

mod check;
mod fault;
mod header;
pub mod include;
mod message;
mod quote;
mod reader;
pub(crate) mod scalar;
mod scanner;
mod text;

#[cfg(feature = "std")]
mod file;
#[cfg(feature = "alloc")]
mod writer;

pub use check::check;
pub(crate) use check::load;
pub use fault::WeightsFault;
#[cfg(feature = "std")]
pub use file::WeightsError;
#[cfg(feature = "std")]
pub(crate) use file::{open, save};
pub use header::Stored;
pub use quote::{Dims, Quote};
pub use reader::{find, validate};
#[cfg(feature = "alloc")]
pub(crate) use writer::to_safetensors;
