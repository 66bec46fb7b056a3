//! Training: where its memory lies, one step, and whole runs.

mod evaluation;
#[cfg(feature = "alloc")]
mod fit;
#[cfg(feature = "alloc")]
mod heap;
#[cfg(feature = "alloc")]
mod history;
#[cfg(feature = "alloc")]
mod line;
mod memory;
#[cfg(feature = "alloc")]
#[cfg_attr(not(feature = "std"), path = "silent.rs")]
mod progress;
mod repeat;
mod small;
#[cfg_attr(not(feature = "std"), path = "alone.rs")]
mod threads;
mod trainer;

pub use evaluation::Evaluation;
#[cfg(feature = "alloc")]
pub use fit::Fit;
#[cfg(feature = "alloc")]
pub use heap::Heap;
#[cfg(feature = "alloc")]
pub use history::{Epoch, FitError, History};
#[cfg(feature = "alloc")]
pub use line::Line;
#[cfg(feature = "alloc")]
pub(crate) use line::lined;
pub use memory::{Memory, Parts, Storage};
pub use trainer::Trainer;
