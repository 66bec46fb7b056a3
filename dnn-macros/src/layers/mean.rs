//! Mean: y = the sum of x over a dimension / its length
//!
//! dx = dy / length

use super::axis::Axis;
use super::{Arguments, Form, Layer, Operand, Operation};
use crate::error::Errors;
use crate::shape::Incoming;
use quote::quote;

struct Mean {
    axis: Axis,
}

/// Takes `axis = -1`, a dimension of the sample, the last one by default.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Mean { axis: Axis::read(arguments, -1) })
}

impl Layer for Mean {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let axis = self.axis.of(&incoming, 0, errors);
        let dims = incoming.dims;
        let (length, inner) = (dims[axis], dims[axis + 1..].iter().product());
        let mut output = dims.to_vec();
        output.remove(axis);
        if output.is_empty() {
            output.push(1); // a single value has one dimension
        }
        let value = quote!(__dnn::Mean);
        let operand = Operand {
            first: value.clone(),
            then: value,
            from: vec![length, inner],
            to: vec![inner],
            base: false,
            same: false,
            factor: false,
        };
        Operation {
            output,
            form: Form::Join(vec![operand]),
            field: None,
            macs: Some(0),
            formula: format!("the mean over {length}"),
            derivative: format!("dx = dy / {length}"),
            proofs: Vec::new(),
        }
    }
}
