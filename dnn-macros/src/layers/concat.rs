//! Concat: y = the values one after the other along a dimension
//!
//! dx = its part of dy

use super::axis::Axis;
use super::{Algebra, Arguments, Form, Layer, Operand, Operation, Proof};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use proc_macro2::Span;
use quote::quote;

struct Concat {
    label: String,
    span: Span,
    axis: Axis,
}

/// Takes `axis = 0`, the dimension of the sample along which values are put together, the first one by default: channels.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let axis = Axis::read(arguments, 0);
    Box::new(Concat { label: arguments.label(), span: arguments.span(), axis })
}

impl Layer for Concat {
    fn operands(&self) -> (usize, usize) {
        (2, 64)
    }

    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.join(&[incoming], (0, 1), None, errors)
    }

    fn join(
        &self,
        incoming: &[Incoming<'_>],
        _: (usize, usize),
        _: Option<&[usize]>,
        errors: &mut Errors,
    ) -> Operation {
        let first = &incoming[0];
        let axis = self.axis.of(first, 0, errors);
        for value in &incoming[1..] {
            let others =
                |dims: &[usize]| dims.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, n)| *n).collect();
            let (a, b): (Vec<usize>, Vec<usize>) = (others(first.dims), others(value.dims));
            if a != b || first.dims.len() != value.dims.len() {
                let (label, from, other) = (&self.label, first.from, value.from);
                let (a, b) = (brackets(first.dims), brackets(value.dims));
                let advice = if first.dims.len() == value.dims.len() {
                    format!("make them equal but for dimension {axis}, or write another `axis`")
                } else {
                    "make them equal in rank, with `Flatten` or `Reshape`".to_owned()
                };
                errors.push(self.span, format!("`{label}`: {from} is {a}, but {other} is {b}: {advice}"));
                return super::broadcast::unknown(first.dims.to_vec());
            }
        }
        let inner: usize = first.dims[axis + 1..].iter().product();
        let lengths: Vec<usize> = incoming.iter().map(|value| value.dims[axis]).collect();
        let all: usize = lengths.iter().sum();
        let mut output = first.dims.to_vec();
        output[axis] = all;
        let mut offset = 0;
        let operand = |length: &usize| {
            let value = quote!(__dnn::Concat { offset: #offset });
            let (from, to) = (vec![length * inner], vec![all * inner]);
            offset += length * inner;
            Operand { first: value.clone(), then: value, from, to, base: false, same: false, factor: false }
        };
        Operation {
            form: Form::Join(lengths.iter().map(operand).collect()),
            output,
            field: None,
            macs: Some(0),
            formula: format!("one after the other along dimension {axis}"),
            derivative: "each its part".to_owned(),
            proofs: vec![Proof {
                value: all,
                rule: Some(quote!(__dnn::shape::sum(&[#(#lengths),*]))),
                algebra: Algebra::sum(&lengths),
            }],
        }
    }
}
