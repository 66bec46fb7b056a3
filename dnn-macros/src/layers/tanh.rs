//! Tanh: y = tanh x
//!
//! dx = dy (1 - y^2)

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = quote!(__dnn::Tanh);
    Box::new(Elementwise { value, keeps: Keeps::Output, formula: "y = tanh x", derivative: "dx = dy (1 - y^2)" })
}
