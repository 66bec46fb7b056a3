//! AdaptiveMaxPool2d: y = the largest x of each of the windows that divide rows and columns
//!
//! dx += dy at the first of the largest elements

use super::{Arguments, Layer, Reads, adaptive};
use quote::quote;

/// Takes the size of the output.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let formulas = ["y = the largest x of each window", "dx += dy at the first of the largest elements"];
    adaptive::read(arguments, 2, quote!(AdaptiveMaxPool2d), Reads::INPUT, formulas)
}
