//! Hardswish: y = x h(x) with h(x) = 0 where x <= -3, 1 where x >= 3, else x / 6 + 1/2
//!
//! dx = 0 where x <= -3, dy where x >= 3, else dy (x / 3 + 1/2)

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elementwise {
        value: quote!(__dnn::Hardswish),
        keeps: Keeps::Input,
        formula: "y = x h(x) with h(x) = 0 where x <= -3, 1 where x >= 3, else x / 6 + 1/2",
        derivative: "dx = 0 where x <= -3, dy where x >= 3, else dy (x / 3 + 1/2)",
    })
}
