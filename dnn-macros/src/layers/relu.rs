//! Relu: y = max(x, 0)
//!
//! dx = dy where y > 0, else 0

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer, Operation};
use crate::error::Errors;
use crate::shape::Incoming;
use quote::quote;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = quote!(__dnn::Relu);
    Box::new(Rectifier(Elementwise {
        value,
        keeps: Keeps::Output,
        formula: "y = max(x, 0)",
        derivative: "dx = dy where y > 0, else 0",
    }))
}

/// It works on each element by itself, and layers before it may do it in its place.
struct Rectifier(Elementwise);

impl Layer for Rectifier {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.0.operation(incoming, following, errors)
    }

    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }

    fn rectifies(&self) -> bool {
        true
    }
}
