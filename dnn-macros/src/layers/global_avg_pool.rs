//! GlobalAvgPool: y = the mean of each channel
//!
//! dx = dy / the number of elements

use super::{Arguments, Layer, Reads, adaptive};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    adaptive::global(
        arguments,
        quote!(GlobalAvgPool),
        Reads::NOTHING,
        ["y = the mean of each channel", "dx = dy / the number of elements"],
    )
}
