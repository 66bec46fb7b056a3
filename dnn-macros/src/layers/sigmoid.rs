//! Sigmoid: y = 1 / (1 + e^-x)
//!
//! dx = dy y (1 - y)

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = quote!(__dnn::Sigmoid);
    Box::new(Elementwise {
        value,
        keeps: Keeps::Output,
        formula: "y = 1 / (1 + e^-x)",
        derivative: "dx = dy y (1 - y)",
    })
}
