//! Relu6: y = 0 where x < 0, 6 where x > 6, else x
//!
//! dx = dy where 0 < y < 6, else 0

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elementwise {
        value: quote!(__dnn::Relu6),
        keeps: Keeps::Output,
        formula: "y = 0 where x < 0, 6 where x > 6, else x",
        derivative: "dx = dy where 0 < y < 6, else 0",
    })
}
