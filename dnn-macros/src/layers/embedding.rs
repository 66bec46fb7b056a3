//! Embedding: y[l] = W[x[l]], the row of W for each token
//!
//! dW[x[l]] += dy[l], but for the token of padding

use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

struct Embedding {
    label: String,
    span: Span,
    tokens: Option<Length>,
    width: Option<Length>,
    padding: Option<usize>,
}

/// Takes the number of tokens, the width and `padding_idx`, which counts from the end where it is negative.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, span) = (arguments.label(), arguments.span());
    let mut lengths = arguments.lengths(&["tokens", "width"]).into_iter();
    let (mut tokens, mut width) = (lengths.next().flatten(), lengths.next().flatten());
    if let (Some(count), Some(values)) = (&tokens, &width)
        && count.value.checked_mul(values.value).is_none_or(|weights| weights > MAX_ELEMENTS)
    {
        let (n, d, place) = (count.value, values.value, values.place);
        arguments
            .error(place, format!("`{label}` has a weight of {n} x {d} values, which is too large: at most 2^40 fit"));
        (tokens, width) = (None, None);
    }
    let (padding, count) = (arguments.integer_option("padding_idx"), tokens.as_ref().map(|tokens| tokens.value));
    let padding = padding.zip(count).and_then(|((place, index), count)| {
        let (n, last) = (count as i64, count - 1);
        if !(-n..n).contains(&index) {
            arguments.error(place, format!("`{label}` has {count} tokens, but pads with {index}: write 0 to {last}"));
            return None;
        }
        Some(index.rem_euclid(n) as usize)
    });
    Box::new(Embedding { label, span, tokens, width, padding })
}

impl Layer for Embedding {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Embedding { label, span, tokens, width, padding } = self;
        let (dims, from) = (incoming.dims, incoming.from);
        match incoming.integer.map(ToString::to_string) {
            Some(integer) if integer.starts_with('i') => {
                let repair = integer.replacen('i', "u", 1);
                let message =
                    format!("`{label}` takes unsigned integers, but {from} holds `{integer}`: write `{repair}`");
                errors.push(*span, message);
            }
            Some(_) => {}
            None => {
                let shape = brackets(dims).replacen('[', "[u16; ", 1);
                let repair = match from {
                    "the input" => format!("write `{shape}` in the header"),
                    _ => format!("give it an input of the header such as `{shape}`"),
                };
                let message =
                    format!("`{label}` takes integers, but {from} gives numbers of the network's scalar: {repair}");
                errors.push(*span, message);
            }
        }
        let (n, last) = (tokens.as_ref().map_or(1, |tokens| tokens.value), following.and_then(|dims| dims.last()));
        let d = width.as_ref().map_or(last.copied().unwrap_or(1), |width| width.value);
        let l: usize = dims.iter().product();
        Operation {
            output: dims.iter().copied().chain([d]).collect(),
            form: Form::Op {
                from: vec![l],
                to: vec![l, d],
                reads: Reads::INPUT,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Nothing,
                value: None,
                own: None,
            },
            field: Some(Field {
                ty: Type::BuiltIn(generics, [n, d].into_iter().chain(*padding).collect()),
                parameters: Some(n.saturating_mul(d)),
                buffers: Some(0),
            }),
            macs: Some(0),
            formula: "y[l] = W[x[l]]".to_owned(),
            derivative: "dW[x[l]] += dy[l]".to_owned(),
            proofs: vec![Proof { value: n * d, rule: None, algebra: Algebra::product(&[n, d]) }],
        }
    }

    fn takes_integers(&self) -> bool {
        true
    }

    fn spoils(&self) -> bool {
        false
    }
}

/// `Embedding<N, D, T, PADDING>` without what is default.
fn generics(lengths: &[usize], scalar: &TokenStream) -> TokenStream {
    let [n, d] = [0, 1].map(|at: usize| Literal::usize_unsuffixed(lengths.get(at).copied().unwrap_or(1)));
    match lengths.get(2).map(|padding| Literal::usize_unsuffixed(*padding)) {
        Some(padding) => quote!(Embedding<#n, #d, #scalar, #padding>),
        None if scalar.to_string() == "f32" => quote!(Embedding<#n, #d>),
        None => quote!(Embedding<#n, #d, #scalar>),
    }
}
