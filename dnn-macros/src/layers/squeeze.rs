//! Squeeze: the same scalars without a dimension of length 1

use super::axis::Axis;
use super::{Algebra, Arguments, Form, Layer, Operation, Proof};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use proc_macro2::Span;

struct Squeeze {
    label: String,
    span: Span,
    axis: Axis,
}

/// Takes `axis = -1`, a dimension of length 1, the last one by default.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let axis = Axis::read(arguments, -1);
    Box::new(Squeeze { label: arguments.label(), span: arguments.span(), axis })
}

impl Layer for Squeeze {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let before = errors.len();
        let axis = self.axis.of(&incoming, 0, errors);
        let dims = incoming.dims.to_vec();
        let mut output = dims.clone();
        if errors.len() == before && dims[axis] != 1 {
            let (label, from, shape, length) = (&self.label, incoming.from, brackets(&dims), dims[axis]);
            let message = format!(
                "`{label}` takes away a dimension of length 1, but {from} gives {shape} with {length} there: write another `axis`"
            );
            errors.push(self.axis.place(self.span), message);
        } else if dims.len() > 1 && errors.len() == before {
            output.remove(axis);
        }
        let value = dims.iter().product();
        Operation {
            proofs: vec![Proof { value, rule: None, algebra: Algebra::product(&output) }],
            output,
            form: Form::View,
            field: None,
            macs: Some(0),
            formula: "the same scalars without a dimension of length 1".to_owned(),
            derivative: "the same scalars".to_owned(),
        }
    }
}
