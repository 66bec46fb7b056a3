//! What layers have in common that work on the channels of a sample, its first dimension: the number of channels, and how
//! many dimensions there may be.

use super::{Algebra, Proof};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use crate::syntax::Length;
use proc_macro2::Span;
use quote::quote;

/// The samples that a layer takes.
pub(super) struct Channels {
    /// What messages call the layer.
    pub(super) label: String,
    /// The layer's word.
    pub(super) span: Span,
    /// The number of channels that the layer says, if it says one without a mistake.
    pub(super) count: Option<Length>,
    /// The number of dimensions, from the least to the most.
    pub(super) rank: (usize, usize),
    /// What to write for another number of dimensions, if there is a layer for it.
    pub(super) others: &'static [(usize, &'static str)],
}

impl Channels {
    /// The number of channels and of the values of each; a mistake is noted.
    pub(super) fn of(&self, incoming: &Incoming<'_>, errors: &mut Errors) -> [usize; 2] {
        let Channels { label, span, count, rank: (least, most), others } = self;
        let (dims, from) = (incoming.dims, incoming.from);
        let (first, rest) = dims.split_first().map_or((1, &[][..]), |(first, rest)| (*first, rest));
        let values = rest.iter().product();
        if dims.len() < *least || dims.len() > *most {
            let words = ["[channels]", "[channels, length]", "[channels, rows, columns]"];
            let takes = match words.get(least - 1..*most) {
                Some(words) => words.join(" or "),
                None => format!("{least} dimensions or more"),
            };
            let advice = match others.iter().find(|(rank, _)| *rank == dims.len()) {
                Some((_, other)) => format!("write `{other}`"),
                None => "put a `Reshape` before it".to_owned(),
            };
            errors.push(*span, format!("`{label}` takes {takes}, but {from} gives {}: {advice}", brackets(dims)));
        } else if let Some(count) = count
            && count.value != first
        {
            let takes = if count.value == 1 { "1 channel".to_owned() } else { format!("{} channels", count.value) };
            let shape = if rest.is_empty() { incoming.origin.to_owned() } else { format!(", {}", brackets(dims)) };
            errors
                .push(count.place, format!("`{label}` takes {takes}, but {from} gives {first}{shape}: write {first}"));
        }
        [count.as_ref().map_or(first, |count| count.value), values]
    }

    /// The output, which has the shape of the input. After a mistake it is the layer's own number of channels that counts,
    /// if that is what the layers behind it take, so that one mistake gives one message.
    pub(super) fn output(&self, incoming: &Incoming<'_>, following: Option<&[usize]>) -> Vec<usize> {
        let mut own = incoming.dims.to_vec();
        if let (Some(first), Some(count)) = (own.first_mut(), &self.count) {
            *first = count.value;
        }
        if following == Some(&own[..]) { own } else { incoming.dims.to_vec() }
    }
}

/// The proof of the number of values of a channel, where it is a product.
pub(super) fn proofs(dims: &[usize], values: usize) -> Vec<Proof> {
    match dims.split_first() {
        Some((_, rest)) if rest.len() > 1 => vec![Proof {
            value: values,
            rule: Some(quote!(__dnn::shape::flatten(&[#(#rest),*]))),
            algebra: Algebra::product(rest),
        }],
        _ => Vec::new(),
    }
}
