//! PositionalEmbedding: y[s] = x[s] + W[s]
//!
//! dx = dy, dW[s] += sum of dy[s]

use super::{Arguments, Field, Form, Layer, Operation, Reads, Type, Workspace, sequence};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

struct Positions {
    label: String,
    count: Option<Length>,
    width: Option<Length>,
}

/// Takes the number of positions and the width.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let label = arguments.label();
    let mut lengths = arguments.lengths(&["positions", "width"]).into_iter();
    let (mut count, mut width) = (lengths.next().flatten(), lengths.next().flatten());
    if let (Some(positions), Some(values)) = (&count, &width)
        && positions.value.checked_mul(values.value).is_none_or(|weights| weights > MAX_ELEMENTS)
    {
        let (l, d, place) = (positions.value, values.value, values.place);
        arguments
            .error(place, format!("`{label}` has a weight of {l} x {d} values, which is too large: at most 2^40 fit"));
        (count, width) = (None, None);
    }
    Box::new(Positions { label, count, width })
}

impl Layer for Positions {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Positions { label, count, width } = self;
        let (place, given) = (width.as_ref().map(|width| width.place), width.as_ref().map(|width| width.value));
        let (s, d) = sequence::check(label, place, given, &incoming, errors);
        let l = count.as_ref().map_or(s, |count| count.value);
        if let Some(count) = count.as_ref().filter(|_| s > l) {
            let (from, shape) = (incoming.from, brackets(incoming.dims));
            let message = format!("`{label}` has {l} positions, but {from} gives {s} steps, {shape}: write {s}");
            errors.push(count.place, message);
        }
        Operation {
            output: vec![s, d],
            form: Form::Op {
                from: vec![s, d],
                to: vec![s, d],
                reads: Reads::NOTHING,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Nothing,
                value: None,
                own: None,
            },
            field: Some(Field {
                ty: Type::BuiltIn(generics, vec![l, d]),
                parameters: Some(l.saturating_mul(d)),
                buffers: Some(0),
            }),
            macs: Some(0),
            formula: "y[s] = x[s] + W[s]".to_owned(),
            derivative: "dx = dy, dW[s] += sum of dy[s]".to_owned(),
            proofs: Vec::new(),
        }
    }

    fn spoils(&self) -> bool {
        false
    }
}

/// `PositionalEmbedding<L, D, T>`
fn generics(lengths: &[usize], scalar: &TokenStream) -> TokenStream {
    let [l, d] = [0, 1].map(|at: usize| Literal::usize_unsuffixed(lengths.get(at).copied().unwrap_or(1)));
    match scalar.to_string().as_str() {
        "f32" => quote!(PositionalEmbedding<#l, #d>),
        _ => quote!(PositionalEmbedding<#l, #d, #scalar>),
    }
}
