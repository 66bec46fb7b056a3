//! Flatten: the same scalars in one dimension

use super::{Algebra, Arguments, Form, Layer, Operation, Proof};
use crate::error::Errors;
use crate::shape::Incoming;
use quote::quote;

struct Flatten;

/// Takes no arguments: all dimensions of a sample become one, as with PyTorch's default `start_dim = 1` of a batch.
pub(super) fn read(_: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Flatten)
}

impl Layer for Flatten {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, _: &mut Errors) -> Operation {
        let dims = incoming.dims.to_vec();
        let value = dims.iter().product();
        Operation {
            output: vec![value],
            form: Form::View,
            field: None,
            macs: Some(0),
            formula: "the same scalars in one dimension".to_owned(),
            derivative: "the same scalars".to_owned(),
            proofs: vec![Proof {
                value,
                rule: Some(quote!(__dnn::shape::flatten(&[#(#dims),*]))),
                algebra: Algebra::product(&dims),
            }],
        }
    }
}
