//! GlobalMaxPool: y = the largest x of each channel
//!
//! dx += dy at the first of the largest elements

use super::{Arguments, Layer, Reads, adaptive};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    adaptive::global(
        arguments,
        quote!(GlobalMaxPool),
        Reads::INPUT,
        ["y = the largest x of each channel", "dx += dy at the first of the largest elements"],
    )
}
