//! Detach: y = x, and dx = 0: `detach(x)` in `fn forward`

use super::{Arguments, Form, Layer, Operation};
use crate::error::Errors;
use crate::shape::Incoming;

struct Detach;

/// Takes no arguments.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Detach)
}

impl Layer for Detach {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, _: &mut Errors) -> Operation {
        Operation {
            output: incoming.dims.to_vec(),
            form: Form::Detached,
            field: None,
            macs: Some(0),
            formula: "the same scalars".to_owned(),
            derivative: "no gradient".to_owned(),
            proofs: Vec::new(),
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
