//! Selu: y = s x where x > 0, else s a (e^x - 1)
//!
//! dx = s dy where y > 0, else dy (y + s a)

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elementwise {
        value: quote!(__dnn::Selu),
        keeps: Keeps::Output,
        formula: "y = s x where x > 0, else s a (e^x - 1)",
        derivative: "dx = s dy where y > 0, else dy (y + s a)",
    })
}
