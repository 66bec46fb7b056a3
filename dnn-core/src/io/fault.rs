//! What can be wrong with weights.

use super::quote::{Dims, Quote};
use crate::path::Path;
use core::fmt;

/// What is wrong with the bytes of a safetensors file, or with the file for a network.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum WeightsFault {
    /// The header goes beyond the end of the file.
    Header {
        /// The bytes that the file has behind the length of the header.
        found: usize,
        /// The bytes that the header should have.
        expected: u64,
    },
    /// The header is not the JSON of a safetensors file.
    Syntax {
        /// The byte of the file that is wrong, from 0.
        byte: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The file is longer than its header says, or shorter.
    Length {
        /// The bytes of data that there are.
        found: usize,
        /// The bytes of data that the header describes.
        expected: usize,
    },
    /// The data of a tensor has another length than its shape needs.
    Size {
        /// The tensor.
        tensor: Quote,
        /// The offset of its first byte.
        begin: usize,
        /// The offset behind its last byte.
        end: usize,
        /// The bytes that its shape needs.
        expected: usize,
    },
    /// Two tensors share data, or there is data of no tensor.
    Layout {
        /// The offset where no tensor begins, though one should.
        offset: usize,
    },
    /// Two tensors have the same name.
    Duplicate {
        /// The name.
        tensor: Quote,
    },
    /// The file lacks a tensor.
    Missing {
        /// The tensor.
        tensor: Path,
        /// How many tensors the file lacks.
        count: usize,
        /// What the file has and the network has not.
        instead: Quote,
    },
    /// The file has tensors that the network has not.
    Extra {
        /// The tensors.
        tensors: Quote,
    },
    /// A tensor is of another type than the network computes in.
    Dtype {
        /// The tensor.
        tensor: Path,
        /// The type in the file: `F16`.
        found: &'static str,
        /// The type of the network: `F32`.
        expected: &'static str,
    },
    /// A tensor has another shape in the file than in the network.
    Shape {
        /// The tensor.
        tensor: Path,
        /// The shape in the file.
        found: Dims,
        /// The shape in the network.
        expected: &'static [usize],
    },
}

impl fmt::Display for WeightsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WeightsFault::Header { found, expected } => {
                write!(f, "not a safetensors file, or cut off: its header should have {expected} bytes, but ")?;
                write!(f, "{found} are there")
            }
            WeightsFault::Syntax { byte, expected } => {
                write!(f, "not a safetensors file: at byte {byte} there should be {expected}")
            }
            WeightsFault::Length { found, expected } => {
                write!(f, "{found} bytes of data, but the header describes {expected}: copy the file again")
            }
            WeightsFault::Size { tensor, begin, end, expected } => {
                write!(
                    f,
                    "{tensor} lies from byte {begin} to {end} of the data, but its shape needs {expected} bytes: "
                )?;
                f.write_str("save the file again")
            }
            WeightsFault::Layout { offset } => {
                write!(
                    f,
                    "tensors overlap or leave a gap: none begins at byte {offset} of the data: save the file again"
                )
            }
            WeightsFault::Duplicate { tensor } => write!(f, "two tensors are called {tensor}: rename one"),
            WeightsFault::Missing { tensor, count, instead } => {
                write!(f, "there is no tensor `{tensor}`")?;
                if *count > 1 {
                    write!(f, " (the first of {count} that are missing)")?;
                }
                match instead.is_empty() {
                    true => f.write_str(": save every tensor of the network"),
                    false => write!(f, ", but {instead}: tensors have the names of the network's fields"),
                }
            }
            WeightsFault::Extra { tensors } => {
                write!(f, "the network has no {tensors}: remove what it has not, or declare it")
            }
            WeightsFault::Dtype { tensor, found, expected } => {
                write!(f, "`{tensor}` is {found}, but the network computes in {expected}: convert it to {expected}")
            }
            WeightsFault::Shape { tensor, found, expected } => {
                write!(f, "`{tensor}` is {found}, but the network has {expected:?}")?;
                match found.as_slice().iter().eq(expected.iter().rev()) {
                    true => f.write_str(": transpose it"),
                    false => f.write_str(": change the declaration, or save the file from this network"),
                }
            }
        }
    }
}

impl core::error::Error for WeightsFault {}
