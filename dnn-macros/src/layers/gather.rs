//! Several outputs of a network, one after the other in the output of a sample.

use super::{Form, Layer, Operand, Operation};
use crate::error::Errors;
use crate::shape::Incoming;
use crate::syntax::MAX_VALUES;
use quote::quote;

struct Gather;

/// Takes all outputs.
pub(super) fn read() -> Box<dyn Layer> {
    Box::new(Gather)
}

impl Layer for Gather {
    fn operands(&self) -> (usize, usize) {
        (2, MAX_VALUES)
    }

    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.join(&[incoming], (0, 1), None, errors)
    }

    fn join(&self, incoming: &[Incoming<'_>], _: (usize, usize), _: Option<&[usize]>, _: &mut Errors) -> Operation {
        let lengths: Vec<usize> = incoming.iter().map(|value| value.dims.iter().product()).collect();
        let all: usize = lengths.iter().sum();
        let mut offset = 0;
        let operand = |length: &usize| {
            let value = quote!(__dnn::Concat { offset: #offset });
            offset += length;
            let (first, then) = (value.clone(), value);
            Operand { first, then, from: vec![*length], to: vec![all], base: false, same: false, factor: false }
        };
        Operation {
            form: Form::Join(lengths.iter().map(operand).collect()),
            output: vec![all],
            field: None,
            macs: Some(0),
            formula: "all outputs of a sample".to_owned(),
            derivative: "each its part".to_owned(),
            proofs: Vec::new(),
        }
    }
}
