//! Glu: y = a s(b) with the halves a and b of a dimension of x, and s(b) = 1 / (1 + e^-b)
//!
//! da = dy s(b), db = dy a s(b) (1 - s(b))

use super::axis::Axis;
use super::{Algebra, Arguments, Form, Layer, Operation, Proof, Reads, Workspace};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use proc_macro2::Span;
use quote::quote;

struct Glu {
    label: String,
    span: Span,
    axis: Axis,
}

/// Takes `dim = ..`, the last dimension where it is absent.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, span) = (arguments.label(), arguments.span());
    Box::new(Glu { label, span, axis: Axis::dim(arguments) })
}

impl Layer for Glu {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let before = errors.len();
        let axis = self.axis.of(&incoming, 0, errors);
        let (length, inner) = (incoming.dims[axis], incoming.dims[axis + 1..].iter().product::<usize>());
        if errors.len() == before && !length.is_multiple_of(2) {
            let (label, from, shape) = (&self.label, incoming.from, brackets(incoming.dims));
            let message = format!("`{label}` halves dimension {axis}, but {from} gives {length} there, {shape}");
            let near = if length == 1 { "2".to_owned() } else { format!("{} or {}", length - 1, length + 1) };
            errors.push(self.axis.place(self.span), format!("{message}: make that {near}"));
        }
        let half = (length / 2).max(1);
        let mut output = incoming.dims.to_vec();
        output[axis] = half;
        Operation {
            output,
            form: Form::Op {
                from: vec![2, half * inner],
                to: vec![half * inner],
                reads: Reads::INPUT,
                reads_for_dx: Reads::INPUT,
                workspace: Workspace::Nothing,
                value: Some(quote!(__dnn::Glu::new())),
                own: None,
            },
            field: None,
            macs: Some(0),
            formula: "y = a / (1 + e^-b), a and b the halves of x".to_owned(),
            derivative: "da = dy s, db = dy a s (1 - s), s = 1 / (1 + e^-b)".to_owned(),
            proofs: vec![Proof {
                value: half,
                rule: Some(quote!(__dnn::shape::inferred(&[#length], 2))),
                algebra: Algebra::Number(length) / Algebra::Number(2),
            }],
        }
    }

    fn spoils(&self) -> bool {
        false
    }
}
