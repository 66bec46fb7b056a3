//! Relu: y = max(x, 0)
//!
//! dx = dy where y > 0, else 0

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = quote!(__dnn::Relu);
    Box::new(Elementwise {
        value,
        keeps: Keeps::Output,
        formula: "y = max(x, 0)",
        derivative: "dx = dy where y > 0, else 0",
    })
}
