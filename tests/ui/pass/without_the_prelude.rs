//! Only the macro is imported, and common names mean something else.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::network as declare;

/// Not the one of core.
pub struct Option;
/// Not the one of core.
pub struct Some;
/// Not the one of core.
pub struct Vec;
/// Not the one of core.
pub struct Box;
/// Not the one of dnn.
pub struct Layer;
/// Not the one of dnn.
pub struct Scalar;
/// Not the one of dnn.
pub struct Place;
/// Not the one of dnn.
pub struct Linear;
/// Not the one of dnn.
pub struct Pass;
/// Not the one of core.
pub trait Clone {}
/// Not the one of dnn.
pub mod dnn_core {}
/// Not the one of core.
pub mod core {}

declare! {
    /// Everything is named by its full path.
    pub struct Net: [2] -> [1] {
        Gelu,
        fc: Linear<2, 1>,
        Relu,
    }
}

fn main() {
    assert_eq!(Net::zeros().predict(&[1.0, 2.0]), [0.0]);
    let _ = (Option, Some, Vec, Box, Layer, Scalar, Place, Linear, Pass);
}
