//! AdaptiveMaxPool1d: y = the largest x of each of the windows that divide a line
//!
//! dx += dy at the first of the largest elements

use super::{Arguments, Layer, Reads, adaptive};
use quote::quote;

/// Takes the size of the output.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let formulas = ["y = the largest x of each window", "dx += dy at the first of the largest elements"];
    adaptive::read(arguments, 1, quote!(AdaptiveMaxPool1d), Reads::INPUT, formulas)
}
