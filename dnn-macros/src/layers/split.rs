//! Split: the parts of x along a dimension, one for each name: `let (a, b) = Split<axis = 0>(x);`
//!
//! dx = the gradients of the parts one after the other

use super::axis::Axis;
use super::{Algebra, Arguments, Form, Layer, Operand, Operation, Proof};
use crate::error::Errors;
use crate::shape::{Incoming, brackets, count};
use crate::syntax::Expression;
use proc_macro2::Span;
use quote::quote;

struct Split {
    label: String,
    span: Span,
    /// The length of each part; none where all are equal.
    lengths: Vec<(Expression, usize)>,
    axis: Axis,
}

/// Takes the lengths of the parts, equal ones by default, and `axis = 0`, the first dimension of the sample by default.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, span) = (arguments.label(), arguments.span());
    let mut lengths = Vec::new();
    for (expression, value) in arguments.all_signed("a length") {
        let Some(value) = value else { continue };
        if value < 1 {
            arguments.error(expression.place(), format!("`{label}`: a length is {value}: write at least 1"));
        }
        lengths.push((expression, value.max(1) as usize));
    }
    let axis = Axis::read(arguments, 0);
    Box::new(Split { label, span, lengths, axis })
}

impl Layer for Split {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.join(&[incoming], (0, 1), None, errors)
    }

    fn join(
        &self,
        incoming: &[Incoming<'_>],
        (part, parts): (usize, usize),
        _: Option<&[usize]>,
        errors: &mut Errors,
    ) -> Operation {
        let (value, label) = (&incoming[0], &self.label);
        let mut own = Errors::default();
        let axis = self.axis.of(value, 0, &mut own);
        let length = value.dims[axis];
        let mut output = value.dims.to_vec();
        let (from, shape) = (value.from, brackets(value.dims));
        let lengths: Vec<usize> = if self.lengths.is_empty() {
            if !length.is_multiple_of(parts) {
                let message = format!(
                    "`{label}`: {from} is {shape}, and {length} is no multiple of {parts}: write the lengths, `Split<.., ..>`"
                );
                own.push(self.axis.place(self.span), message);
            }
            vec![(length / parts).max(1); parts]
        } else {
            self.lengths.iter().map(|(_, length)| *length).collect()
        };
        let sum: usize = lengths.iter().sum();
        if own.is_empty() && lengths.len() != parts {
            let (given, names) = (count(lengths.len(), "length"), count(parts, "name"));
            own.push(self.span, format!("`{label}` has {given} for {names}: write one for each"));
        } else if own.is_empty() && !self.lengths.is_empty() && sum != length {
            let place = self.lengths[0].0.place().to(self.lengths[lengths.len() - 1].0.place());
            let message =
                format!("`{label}`: the lengths are {sum} together, but {from} is {shape}: write {length} together");
            own.push(place, message);
        }
        // The parts are nodes of their own, and the mistake is one.
        if part == 0 {
            errors.append(own);
        }
        let inner: usize = value.dims[axis + 1..].iter().product();
        let (before, own) = (lengths.iter().take(part).sum::<usize>(), lengths.get(part).copied().unwrap_or(1));
        output[axis] = own;
        let offset = before * inner;
        let slice = quote!(__dnn::Split { offset: #offset });
        let operand = Operand {
            first: slice.clone(),
            then: slice,
            from: vec![length * inner],
            to: vec![own * inner],
            base: false,
            same: false,
            factor: false,
        };
        Operation {
            output,
            form: Form::Join(vec![operand]),
            field: None,
            macs: Some(0),
            formula: format!("from {before} on along dimension {axis}"),
            derivative: "a part of dx".to_owned(),
            proofs: vec![Proof { value: sum, rule: None, algebra: Algebra::sum(&lengths) }],
        }
    }
}
