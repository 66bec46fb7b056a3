//! What stands in for a layer that could not be read: it gives what the layers behind it take.

use super::{Form, Layer, Operation};
use crate::error::Errors;
use crate::shape::Incoming;

struct Unreadable;

/// Its mistake is noted already.
pub(crate) fn read() -> Box<dyn Layer> {
    Box::new(Unreadable)
}

impl Layer for Unreadable {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, _: &mut Errors) -> Operation {
        Operation {
            output: following.unwrap_or(incoming.dims).to_vec(),
            form: Form::View,
            field: None,
            macs: Some(0),
            formula: String::new(),
            derivative: String::new(),
            proofs: Vec::new(),
        }
    }
}
