//! Unsqueeze: the same scalars with one more dimension, of length 1

use super::axis::Axis;
use super::{Algebra, Arguments, Form, Layer, Operation, Proof};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use crate::syntax::MAX_RANK;
use proc_macro2::Span;

struct Unsqueeze {
    label: String,
    span: Span,
    axis: Axis,
}

/// Takes `axis = 0`, the place of the new dimension, the first one by default; -1 is the last one.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let axis = Axis::read(arguments, 0);
    Box::new(Unsqueeze { label: arguments.label(), span: arguments.span(), axis })
}

impl Layer for Unsqueeze {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let axis = self.axis.of(&incoming, 1, errors);
        let mut output = incoming.dims.to_vec();
        if output.len() < MAX_RANK {
            output.insert(axis, 1);
        } else {
            let (label, from, shape) = (&self.label, incoming.from, brackets(incoming.dims));
            let message =
                format!("`{label}`: {from} gives {shape}, and a tensor has at most {MAX_RANK} dimensions: remove it");
            errors.push(self.span, message);
        }
        let value = output.iter().product();
        Operation {
            proofs: vec![Proof { value, rule: None, algebra: Algebra::product(&output) }],
            output,
            form: Form::View,
            field: None,
            macs: Some(0),
            formula: "the same scalars with one more dimension of length 1".to_owned(),
            derivative: "the same scalars".to_owned(),
        }
    }
}
