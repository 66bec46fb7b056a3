//! AdaptiveAvgPool1d: y = the mean of each of the windows that divide a line
//!
//! dx += dy / the number of elements, at each of them

use super::{Arguments, Layer, Reads, adaptive};
use quote::quote;

/// Takes the size of the output.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let formulas = ["y = the mean of each window", "dx += dy / the number of elements, at each of them"];
    adaptive::read(arguments, 1, quote!(AdaptiveAvgPool1d), Reads::NOTHING, formulas)
}
