//! Softsign: y = x / (1 + |x|)
//!
//! dx = dy / (1 + |x|)^2

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elementwise {
        value: quote!(__dnn::Softsign),
        keeps: Keeps::Input,
        formula: "y = x / (1 + |x|)",
        derivative: "dx = dy / (1 + |x|)^2",
    })
}
