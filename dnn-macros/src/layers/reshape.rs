//! Reshape: the same scalars under another shape, one length of which may be left to compute as -1

use super::{Algebra, Arguments, Form, Layer, Operation, Proof};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use crate::syntax::MAX_RANK;
use proc_macro2::Span;
use quote::quote;

struct Reshape {
    label: String,
    span: Span,
    /// `None` is to be computed.
    dims: Vec<Option<usize>>,
}

/// Takes the lengths of the shape: `Reshape<16, 5, 5>` or `Reshape<16, -1>`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, span) = (arguments.label(), arguments.span());
    let given = arguments.all_signed("a length");
    if given.is_empty() || given.len() > MAX_RANK {
        let count = given.len();
        arguments.error(
            span,
            format!("`{label}` takes 1 to {MAX_RANK} lengths, but {count} are given: write `Reshape<16, -1>`"),
        );
    }
    let mut dims = Vec::new();
    for (expression, value) in given.iter().take(MAX_RANK) {
        dims.push(match usize::try_from(*value) {
            Ok(length) if length > 0 => Some(length),
            _ if *value == -1 && !dims.contains(&None) => None,
            _ => {
                let demand =
                    if *value == -1 { "only one length can be -1" } else { "write at least 1, or -1 to compute it" };
                arguments.error(expression.span(), format!("`{label}`: a length is {value}: {demand}"));
                Some(1)
            }
        });
    }
    Box::new(Reshape { label, span: given.first().map_or(span, |(first, _)| first.span()), dims })
}

impl Layer for Reshape {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let from = incoming.dims.to_vec();
        let elements: usize = from.iter().product();
        let known: Vec<usize> = self.dims.iter().flatten().copied().collect();
        let product =
            known.iter().try_fold(1usize, |product, length| product.checked_mul(*length)).unwrap_or(usize::MAX);
        let computed = self.dims.contains(&None);
        let fits = if computed { elements.is_multiple_of(product) } else { elements == product };
        if !fits {
            let Reshape { label, span, .. } = self;
            let (source, shape) = (incoming.from, brackets(&from));
            errors.push(*span, if computed {
                format!("`{label}` divides by {product} values, but {source} gives {elements} {shape}: {elements} is no multiple of {product}")
            } else {
                format!("`{label}` holds {product} values, but {source} gives {elements} {shape}: write lengths whose product is {elements}")
            });
        }
        let left = elements.checked_div(product).unwrap_or(1).max(1);
        let output: Vec<usize> = self.dims.iter().map(|dim| dim.unwrap_or(left)).collect();
        let proof = if computed {
            let rule = quote!(__dnn::shape::inferred(&[#(#from),*], #product));
            Proof { value: left, rule: Some(rule), algebra: Algebra::Quotient(from, known) }
        } else {
            let rule = quote!(__dnn::shape::flatten(&[#(#from),*]));
            Proof { value: elements, rule: Some(rule), algebra: Algebra::Product(output.clone()) }
        };
        Operation {
            output,
            form: Form::View,
            field: None,
            macs: Some(0),
            formula: "the same scalars under another shape".to_owned(),
            derivative: "the same scalars".to_owned(),
            proofs: vec![proof],
        }
    }
}
