//! Training: where its memory lies, one step, and whole runs.

#[cfg(feature = "alloc")]
mod fit;
#[cfg(feature = "alloc")]
mod history;
mod memory;
#[cfg(feature = "alloc")]
#[cfg_attr(not(feature = "std"), path = "silent.rs")]
mod progress;
mod trainer;

#[cfg(feature = "alloc")]
pub use fit::Fit;
#[cfg(feature = "alloc")]
pub use history::{Epoch, FitError, History};
#[cfg(feature = "alloc")]
pub use memory::Heap;
pub use memory::{Memory, Parts, Storage};
pub use trainer::{Evaluation, Trainer};
