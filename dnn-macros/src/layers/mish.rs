//! Mish: y = x tanh(ln(1 + e^x))
//!
//! dx = dy (t + x (1 - t^2) / (1 + e^-x)) with t = tanh(ln(1 + e^x))

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elementwise {
        value: quote!(__dnn::Mish),
        keeps: Keeps::Input,
        formula: "y = x tanh(ln(1 + e^x))",
        derivative: "dx = dy (t + x (1 - t^2) / (1 + e^-x)) with t = tanh(ln(1 + e^x))",
    })
}
