//! Hardsigmoid: y = 0 where x <= -3, 1 where x >= 3, else x / 6 + 1/2
//!
//! dx = dy / 6 where 0 < y < 1, else 0

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elementwise {
        value: quote!(__dnn::Hardsigmoid),
        keeps: Keeps::Output,
        formula: "y = 0 where x <= -3, 1 where x >= 3, else x / 6 + 1/2",
        derivative: "dx = dy / 6 where 0 < y < 1, else 0",
    })
}
