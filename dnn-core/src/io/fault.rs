//! What can be wrong with weights.

use super::message::Message;
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

impl WeightsFault {
    pub(super) const fn message(&self) -> Message<'_> {
        match self {
            WeightsFault::Header { found, expected } => {
                let message = Message::new().text("not a safetensors file, or cut off: its header should have ");
                message.number(*expected).text(" bytes, but ").number(*found as u64).text(" are there")
            }
            WeightsFault::Syntax { byte, expected } => {
                let message = Message::new().text("not a safetensors file: at byte ").number(*byte as u64);
                message.text(" there should be ").text(expected)
            }
            WeightsFault::Length { found, expected } => {
                let message = Message::new().number(*found as u64).text(" bytes of data, but the header describes ");
                message.number(*expected as u64).text(": copy the file again")
            }
            WeightsFault::Size { tensor, begin, end, expected } => {
                let message = Message::new().names(tensor).text(" lies from byte ").number(*begin as u64);
                let message = message.text(" to ").number(*end as u64).text(" of the data, but its shape needs ");
                message.number(*expected as u64).text(" bytes: save the file again")
            }
            WeightsFault::Layout { offset } => {
                let message = Message::new().text("tensors overlap or leave a gap: none begins at byte ");
                message.number(*offset as u64).text(" of the data: save the file again")
            }
            WeightsFault::Duplicate { tensor } => {
                Message::new().text("two tensors are called ").names(tensor).text(": rename one")
            }
            WeightsFault::Missing { tensor, count, instead } => {
                let mut message = Message::new().text("there is no tensor `").path(*tensor);
                message = match *count {
                    0 | 1 => message.text("`"),
                    count => message.text("` (the first of ").number(count as u64).text(" that are missing)"),
                };
                match instead.is_empty() {
                    true => message.text(": save every tensor of the network"),
                    false => {
                        message.text(", but ").names(instead).text(": tensors have the names of the network's fields")
                    }
                }
            }
            WeightsFault::Extra { tensors } => Message::new()
                .text("the network has no ")
                .names(tensors)
                .text(": remove what it has not, or declare it"),
            WeightsFault::Dtype { tensor, found, expected } => {
                let message = Message::new().text("`").path(*tensor).text("` is ").text(found);
                message.text(", but the network computes in ").text(expected).text(": convert it to ").text(expected)
            }
            WeightsFault::Shape { tensor, found, expected } => {
                let message = Message::new().text("`").path(*tensor).text("` is ").dims(found);
                let message = message.text(", but the network has ").shape(expected);
                match found.is_reverse_of(expected) {
                    true => message.text(": transpose it"),
                    false => message.text(": change the declaration, or save the file from this network"),
                }
            }
        }
    }
}

impl fmt::Display for WeightsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message())
    }
}

impl core::error::Error for WeightsFault {}
