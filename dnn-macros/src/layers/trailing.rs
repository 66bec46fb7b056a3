//! What `LayerNorm` and `RmsNorm` have in common: they normalise the values of the last dimensions of a sample.

use super::{Algebra, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use crate::syntax::Length;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use std::rc::Rc;

/// A normalisation over the last dimensions.
pub(super) struct Trailing {
    pub(super) label: String,
    pub(super) span: Span,
    /// The type of the run time.
    pub(super) name: Ident,
    /// The lengths of the last dimensions, if they are without mistakes.
    pub(super) shape: Option<Vec<Length>>,
    /// Whether the layer has each of the tensors that it may have.
    pub(super) tensors: Vec<bool>,
    /// The bits of eps in the type, if it is not the default.
    pub(super) eps: Option<TokenStream>,
    /// Scalars to keep of each row.
    pub(super) saved: usize,
    pub(super) formula: &'static str,
    pub(super) derivative: &'static str,
}

impl Trailing {
    /// The lengths that are normalised; a mistake is noted.
    fn lengths(&self, incoming: &Incoming<'_>, errors: &mut Errors) -> Vec<usize> {
        let (label, dims, from) = (&self.label, incoming.dims, incoming.from);
        let last = |count: usize| dims[dims.len() - count.min(dims.len())..].to_vec();
        let Some(shape) = &self.shape else { return last(1) };
        let lengths: Vec<usize> = shape.iter().map(|length| length.value).collect();
        let (found, given) = (last(lengths.len()), brackets(dims));
        let repair = brackets(&found).trim_matches(&['[', ']'][..]).to_owned();
        let whole = shape[0].place.to(shape[shape.len() - 1].place);
        if lengths.len() > dims.len() {
            let message = format!("`{label}` takes {} dimensions, {}", lengths.len(), brackets(&lengths));
            errors.push(whole, format!("{message}, but {from} gives {given}: write {repair}"));
        } else if let [only] = &shape[..]
            && lengths != found
        {
            let takes = crate::shape::values(only.value);
            let message = match dims.len() {
                1 => format!("`{label}` takes {takes}, but {from} gives {}{}", found[0], incoming.origin),
                _ => format!(
                    "`{label}` takes {takes} in the last dimension, but {from} gives {} there, {given}",
                    found[0]
                ),
            };
            errors.push(whole, format!("{message}: write {repair}"));
        } else if lengths != found {
            let takes = brackets(&lengths);
            let message =
                format!("`{label}` takes {takes} in the last {} dimensions, but {from} gives {given}", lengths.len());
            errors.push(whole, format!("{message}: write {repair}"));
        } else if self.tensors.len() > 1 && lengths.iter().product::<usize>() == 1 {
            let message = format!("`{label}` brings 1 value by itself to mean 0, so that it is always 0");
            errors.push(self.span, format!("{message}: write more of the last dimensions of {given}"));
        }
        lengths
    }
}

impl Layer for Trailing {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let lengths = self.lengths(&incoming, errors);
        let (values, all): (usize, usize) = (lengths.iter().product(), incoming.dims.iter().product());
        let lead = &incoming.dims[..incoming.dims.len().saturating_sub(lengths.len())];
        let rows = all.checked_div(values).unwrap_or(1).max(1);
        let proofs = [(values, &lengths[..]), (rows, lead)].into_iter().filter(|(_, factors)| factors.len() > 1);
        let proof = |(value, factors): (usize, &[usize])| Proof {
            value,
            rule: Some(quote!(__dnn::shape::flatten(&[#(#factors),*]))),
            algebra: Algebra::product(factors),
        };
        let proofs = proofs.map(proof).collect();
        let Trailing { name, tensors, eps, saved, .. } = self;
        let parameters = tensors.iter().filter(|is_there| **is_there).count() * values;
        let eps = eps.as_ref().map(|eps| quote!(, #eps));
        let is_there = tensors.clone();
        let ty = {
            let (name, eps) = (name.clone(), eps.clone());
            move |krate: &TokenStream, scalar: &TokenStream| {
                let tensor = lengths.iter().rev().fold(scalar.clone(), |inner, length| {
                    let length = Literal::usize_unsuffixed(*length);
                    quote!([#inner; #length])
                });
                // The second tensor is like the first by default.
                let alike = eps.is_none() && is_there.iter().all(|is_there| *is_there);
                let written = if alike { 1 } else { is_there.len() };
                let tensors = is_there.iter().take(written).map(|is_there| match is_there {
                    true => tensor.clone(),
                    false => quote!(#krate::Absent<#scalar>),
                });
                quote!(#name<#(#tensors),* #eps>)
            }
        };
        let absent = tensors.iter().map(|_| quote!(__dnn::Absent<_>));
        let value = quote!(__dnn::#name::<#(#absent),* #eps>::PLAIN);
        Operation {
            output: incoming.dims.to_vec(),
            form: Form::Op {
                from: vec![rows, values],
                to: vec![rows, values],
                reads: Reads::INPUT,
                reads_for_dx: Reads::INPUT,
                workspace: Workspace::Sample { infer: 0, train: saved * rows },
                value: (parameters == 0).then_some(value),
                own: None,
            },
            field: (parameters > 0).then(|| Field {
                ty: Type::OfScalar(Rc::new(ty)),
                parameters: Some(parameters),
                buffers: Some(0),
            }),
            macs: Some(0),
            formula: self.formula.to_owned(),
            derivative: self.derivative.to_owned(),
            proofs,
        }
    }

    fn spoils(&self) -> bool {
        false
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
