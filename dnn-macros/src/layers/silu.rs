//! Silu: y = x s(x), s the sigmoid
//!
//! dx = dy (s + x s (1 - s))

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = quote!(__dnn::Silu);
    Box::new(Elementwise {
        value,
        keeps: Keeps::Input,
        formula: "y = x s(x), s the sigmoid",
        derivative: "dx = dy (s + x s (1 - s))",
    })
}
