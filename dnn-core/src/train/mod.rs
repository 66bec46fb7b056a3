//! Training: where its memory lies, one step, and whole runs.

mod memory;
mod trainer;

#[cfg(feature = "alloc")]
pub use memory::Heap;
pub use memory::{Memory, Parts, Storage};
pub use trainer::{Evaluation, Trainer};
