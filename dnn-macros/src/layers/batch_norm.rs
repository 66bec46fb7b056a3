//! What batch normalisation of features, sequences and images has in common: its arguments, and how it runs.

use super::channels::{Channels, proofs};
use super::{Arguments, Field, Form, Layer, Operation, Reads, Type, Workspace};
use crate::error::Errors;
use crate::shape::Incoming;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::rc::Rc;

struct BatchNorm {
    channels: Channels,
    /// Whether there is a weight, and a bias.
    has: [bool; 2],
    eps: f64,
    momentum: f64,
}

/// Takes the number of channels, `affine = true`, `bias = true`, and `(eps, momentum)`, 1e-5 and 0.1 as in PyTorch.
pub(super) fn read(
    arguments: &mut Arguments<'_>,
    rank: (usize, usize),
    others: &'static [(usize, &'static str)],
) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, span) = (arguments.label(), arguments.span());
    let count = arguments.lengths(&["channels"]).pop().flatten();
    let has = affine(arguments, true);
    match arguments.says("track_running_stats", "false") {
        Some(place) => {
            let message = "inference takes one sample at a time, which has no statistics of a batch";
            arguments.error(place, format!("`{label}`: {message}: remove this, or use `GroupNorm`"));
        }
        None => {
            arguments.word_option("track_running_stats", &["true"]);
        }
    }
    let eps = eps(arguments);
    let momentum = arguments.hyper("momentum", 0.1, "from 0 to 1", |momentum| (0.0..=1.0).contains(&momentum));
    Box::new(BatchNorm { channels: Channels { label, span, count, rank, others }, has, eps, momentum })
}

/// `affine = true` and `bias = true`: whether there is a weight, and a bias.
pub(super) fn affine(arguments: &mut Arguments<'_>, default: bool) -> [bool; 2] {
    let words = if default { ["true", "false"] } else { ["false", "true"] };
    let affine = arguments.word_option("affine", &words) == "true";
    let bias = arguments.word_option("bias", &["true", "false"]) == "true";
    [affine, affine && bias]
}

/// `(eps)`, 1e-5 as in PyTorch.
pub(super) fn eps(arguments: &mut Arguments<'_>) -> f64 {
    arguments.hyper("eps", 1e-5, "positive and finite", |eps| eps > 0.0 && eps.is_finite())
}

/// A number in a type.
pub(super) fn bits(number: f64) -> TokenStream {
    quote!({ (#number).to_bits() }) // it may have a sign
}

/// `, C, 0, { (0.001f64).to_bits() }` behind the scalar of a type: the lengths of weight and bias, each `count` or 0, and
/// numbers with their defaults; nothing that is default at the end.
pub(super) fn options(count: usize, has: [bool; 2], default: bool, numbers: &[(f64, f64)]) -> TokenStream {
    let lengths = has.map(|has| Literal::usize_unsuffixed(if has { count } else { 0 }));
    let written = numbers.iter().rposition(|(value, default)| value != default).map_or(0, |last| last + 1);
    if written == 0 && has == [default; 2] {
        return quote!();
    }
    let numbers = numbers[..written].iter().map(|(number, _)| bits(*number));
    quote!(#(, #lengths)* #(, #numbers)*)
}

impl Layer for BatchNorm {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let [count, values] = self.channels.of(&incoming, errors);
        let options = options(count, self.has, true, &[(self.eps, 1e-5), (self.momentum, 0.1)]);
        let ty = move |_: &TokenStream, scalar: &TokenStream| {
            let count = Literal::usize_unsuffixed(count);
            quote!(BatchNorm<#count, #scalar #options>)
        };
        let rows = vec![count, values];
        let [scale, shift] = self.has.map(usize::from);
        Operation {
            output: self.channels.output(&incoming, following),
            form: Form::Op {
                from: rows.clone(),
                to: rows,
                reads: Reads::INPUT,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Batch { infer: count, train: 5 * count },
                value: None,
                own: None,
            },
            field: Some(Field {
                ty: Type::OfScalar(Rc::new(ty)),
                parameters: Some((scale + shift) * count),
                buffers: Some(2 * count),
            }),
            macs: Some(0),
            formula: "y = (x - m) / sqrt(v + eps) w + b, m and v of the batch, or running ones".to_owned(),
            derivative: "dx = w / sqrt(v + eps) (dy - mean of dy - (x - m) / (v + eps) mean of dy (x - m)), \
                         dw += sum of dy (x - m) / sqrt(v + eps), db += sum of dy"
                .to_owned(),
            proofs: proofs(incoming.dims, values),
        }
    }

    fn spoils(&self) -> bool {
        false
    }

    fn overwrites(&self) -> bool {
        true
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
