//! Reshape: the same scalars under another shape, one length of which may be left to compute as -1

use super::{Algebra, Arguments, Form, Layer, Operation, Proof};
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets, values};
use crate::syntax::{MAX_RANK, are_too_many, too_many};
use quote::quote;

struct Reshape {
    label: String,
    place: Place,
    /// `None` is to be computed.
    dims: Vec<Option<usize>>,
    /// Whether the arguments are without mistakes.
    readable: bool,
}

/// Takes the lengths of the shape: `Reshape<16, 5, 5>` or `Reshape<16, -1>`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, mut place) = (arguments.label(), Place::from(arguments.span()));
    let given = arguments.all_signed("a length");
    if let (Some((first, _)), Some((last, _))) = (given.first(), given.last()) {
        place = first.place().to(last.place());
    }
    let (mut dims, mut readable) = (Vec::new(), given.iter().all(|(_, value)| value.is_some()));
    let mut error = |place: Place, message: String| {
        arguments.error(place, message);
        readable = false;
    };
    if given.is_empty() {
        error(place, format!("`{label}` takes 1 to {MAX_RANK} lengths, but none is given: write `Reshape<16, -1>`"));
    } else if given.len() > MAX_RANK {
        error(
            place,
            format!("`{label}` has {} lengths, but a tensor has at most {MAX_RANK}: remove some", given.len()),
        );
    }
    for (expression, value) in given.iter().take(MAX_RANK) {
        dims.push(match value.map(|value| (value, usize::try_from(value))) {
            Some((_, Ok(length))) if length > 0 => Some(length),
            Some((-1, _)) if !dims.contains(&None) => None,
            Some((-1, _)) => {
                error(expression.place(), format!("`{label}` computes one length alone: write a number for this -1"));
                Some(1)
            }
            Some((value, _)) => {
                let advice = "write at least 1, or -1 to compute it";
                error(expression.place(), format!("`{label}`: a length is {value}: {advice}"));
                Some(1)
            }
            None => Some(1),
        });
    }
    let known: Vec<usize> = dims.iter().flatten().copied().collect();
    if are_too_many(&known) {
        error(place, format!("`{label}`: {}", too_many(&known)));
    }
    Box::new(Reshape { label, place, dims: if readable { dims } else { vec![None] }, readable })
}

impl Layer for Reshape {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let from = incoming.dims.to_vec();
        let elements: usize = from.iter().product();
        let known: Vec<usize> = self.dims.iter().flatten().copied().collect();
        let product: usize = known.iter().product();
        let computed = self.dims.contains(&None);
        let fits = if computed { elements.is_multiple_of(product) } else { elements == product };
        if !fits {
            let (label, source, takes) = (&self.label, incoming.from, values(product));
            let given = if from.len() == 1 { elements.to_string() } else { format!("{elements}, {}", brackets(&from)) };
            errors.push(
                self.place,
                if computed {
                    format!(
                        "`{label}` takes a multiple of {product}, but {source} gives {given}: write lengths whose product divides {elements}"
                    )
                } else {
                    format!(
                        "`{label}` takes {takes}, but {source} gives {given}: write lengths whose product is {elements}"
                    )
                },
            );
        }
        let left = elements.checked_div(product).unwrap_or(1).max(1);
        let output: Vec<usize> = self.dims.iter().map(|dim| dim.unwrap_or(left)).collect();
        let proof = if computed {
            let rule = quote!(__dnn::shape::inferred(&[#(#from),*], #product));
            Proof { value: left, rule: Some(rule), algebra: Algebra::product(&from) / Algebra::product(&known) }
        } else {
            let rule = quote!(__dnn::shape::flatten(&[#(#from),*]));
            Proof { value: elements, rule: Some(rule), algebra: Algebra::product(&output) }
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

    fn settles(&self, _: usize, fits: bool) -> bool {
        fits && self.readable && !self.dims.contains(&None)
    }
}
