//! TransformerEncoderLayer: h = norm1(x + attention(x)), y = norm2(h + f(h)) with f(h) = act(h W_1ᵀ + b_1) W_2ᵀ + b_2
//!
//! Backwards each part is that of its own layer; dL/dx is the sum of what comes through the parts and around them.

use super::multi_head_attention::{divided, macs, workspace};
use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace, batch_norm, sequence};
use crate::error::Errors;
use crate::shape::Incoming;
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use std::rc::Rc;

/// Values between the products, where nothing else is written.
const FEEDFORWARD: usize = 2048;

struct Encoder {
    label: String,
    span: Span,
    width: Option<Length>,
    heads: usize,
    wide: usize,
    gelu: bool,
    norm_first: bool,
    causal: bool,
    dropout: f64,
    eps: f64,
    number: u64,
}

/// Takes the width, the numbers of heads and of values between the products, the last of them 2048 where it is not written,
/// `activation = relu` or `gelu`, `norm_first = false`, `causal = false`, and `(dropout, layer_norm_eps)`, 0.1 and 1e-5: all
/// as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, span) = (arguments.label(), arguments.span());
    let names = ["width", "heads", "values between the products"];
    let written = if arguments.count() < names.len() { 2 } else { names.len() };
    let mut lengths = arguments.lengths(&names[..written]).into_iter();
    let (width, heads, wide) = (lengths.next().flatten(), lengths.next().flatten(), lengths.next().flatten());
    let gelu = arguments.word_option("activation", &["relu", "gelu"]) == "gelu";
    let norm_first = arguments.word_option("norm_first", &["false", "true"]) == "true";
    let causal = arguments.word_option("causal", &["false", "true"]) == "true";
    let dropout = arguments.hyper("dropout", 0.1, "a probability from 0 to 1", |p| (0.0..=1.0).contains(&p));
    let eps = arguments.hyper("layer_norm_eps", 1e-5, "positive and finite", |eps| eps > 0.0 && eps.is_finite());
    let (mut width, heads) = divided(arguments, &label, width, heads);
    if let (Some(e), Some(f)) = (&width, &wide)
        && e.value.checked_mul(f.value).is_none_or(|weights| weights > MAX_ELEMENTS)
    {
        let (e, f, place) = (e.value, f.value, f.place);
        arguments
            .error(place, format!("`{label}` has a weight of {f} x {e} values, which is too large: at most 2^40 fit"));
        width = None;
    }
    let default = if written == names.len() { 1 } else { FEEDFORWARD };
    let (wide, number) = (wide.map_or(default, |wide| wide.value), arguments.position() as u64);
    Box::new(Encoder { label, span, width, heads, wide, gelu, norm_first, causal, dropout, eps, number })
}

impl Layer for Encoder {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Encoder { label, width, heads, wide, .. } = self;
        let (place, given) = (width.as_ref().map(|width| width.place), width.as_ref().map(|width| width.value));
        let (s, e) = sequence::check(label, place, given, &incoming, errors);
        let (infer, train) = workspace(s, e, *heads);
        let (row, hidden) = (s.saturating_mul(e), s.saturating_mul(*wide));
        let products = e.saturating_mul(*wide).saturating_mul(2);
        let around = match self.norm_first {
            true => "h = x + attention(norm1(x)), y = h + f(norm2(h))",
            false => "h = norm1(x + attention(x)), y = norm2(h + f(h))",
        };
        let vectors = e.saturating_mul(9).saturating_add(*wide);
        Operation {
            output: vec![s, e],
            form: Form::Op {
                from: vec![s, e],
                to: vec![s, e],
                reads: Reads::INPUT,
                reads_for_dx: Reads::INPUT,
                workspace: Workspace::Sample {
                    infer: infer.saturating_add(row.saturating_mul(2)).saturating_add(hidden),
                    train: train
                        .saturating_add(row.saturating_mul(5))
                        .saturating_add(hidden.saturating_mul(3))
                        .saturating_add(s.saturating_mul(4)),
                },
                value: None,
                own: None,
            },
            field: Some(Field {
                ty: Type::OfScalar(Rc::new(self.ty(e))),
                parameters: Some(
                    e.saturating_mul(e).saturating_mul(4).saturating_add(products).saturating_add(vectors),
                ),
                buffers: Some(0),
            }),
            macs: Some(macs(s, e).saturating_add(s.saturating_mul(products))),
            formula: format!("{around}, f(h) = act(h W_1ᵀ + b_1) W_2ᵀ + b_2"),
            derivative: "by the same parts; dx is the sum of both ways".to_owned(),
            proofs: vec![Proof { value: e, rule: None, algebra: Algebra::product(&[*heads, e / heads]) }],
        }
    }

    /// The second value is a mask.
    fn join(
        &self,
        all: &[Incoming<'_>],
        _: (usize, usize),
        following: Option<&[usize]>,
        errors: &mut Errors,
    ) -> Operation {
        let operation = self.operation(all[0], following, errors);
        sequence::check_mask(&self.label, self.span, operation.output[0], all, errors);
        operation
    }

    fn operands(&self) -> (usize, usize) {
        (1, 2)
    }

    fn spoils(&self) -> bool {
        false
    }
}

impl Encoder {
    /// `TransformerEncoderLayer<E, N, K, F, T, GELU, NORM_FIRST, CAUSAL, DROPOUT, EPS, LAYER>`
    fn ty(&self, e: usize) -> impl Fn(&TokenStream, &TokenStream) -> TokenStream + use<> {
        let [e, n, k, f] = [e, self.heads, e / self.heads, self.wide].map(Literal::usize_unsuffixed);
        let Encoder { gelu, norm_first, causal, .. } = *self;
        let [dropout, eps] = [self.dropout, self.eps].map(batch_norm::bits);
        let number = Literal::u64_unsuffixed(self.number);
        move |_, scalar| {
            let options = quote!(#gelu, #norm_first, #causal, #dropout, #eps, #number);
            quote!(TransformerEncoderLayer<#e, #n, #k, #f, #scalar, #options>)
        }
    }
}
