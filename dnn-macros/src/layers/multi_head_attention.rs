//! MultiHeadAttention: y = o W_outᵀ + b_out with o = softmax(q kᵀ / sqrt(K)) v for each head, and q, k, v = x W_inᵀ + b_in
//!
//! dv = Aᵀ do, ds = A (dA - sum dA A), dq = ds k / sqrt(K), dk = dsᵀ q / sqrt(K), dx = [dq dk dv] W_in

use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace, batch_norm, sequence};
use crate::error::Errors;
use crate::shape::Incoming;
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use std::rc::Rc;

struct Attention {
    label: String,
    span: Span,
    width: Option<Length>,
    heads: usize,
    bias: bool,
    causal: bool,
    dropout: f64,
    number: u64,
}

/// Takes the width and the number of heads, `bias = true`, `causal = false`, and `(dropout)` of the shares, 0 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, span) = (arguments.label(), arguments.span());
    let mut lengths = arguments.lengths(&["width", "heads"]).into_iter();
    let (width, heads) = (lengths.next().flatten(), lengths.next().flatten());
    let bias = arguments.word_option("bias", &["true", "false"]) == "true";
    let causal = arguments.word_option("causal", &["false", "true"]) == "true";
    let dropout = arguments.hyper("dropout", 0.0, "a probability from 0 to 1", |p| (0.0..=1.0).contains(&p));
    let (width, heads) = divided(arguments, &label, width, heads);
    let number = arguments.position() as u64;
    Box::new(Attention { label, span, width, heads, bias, causal, dropout, number })
}

/// The width and the number of heads, after a check that heads divide it and that its square is a weight.
pub(super) fn divided(
    arguments: &mut Arguments<'_>,
    label: &str,
    width: Option<Length>,
    heads: Option<Length>,
) -> (Option<Length>, usize) {
    let (Some(width), Some(heads)) = (width, heads) else { return (None, 1) };
    let (e, n) = (width.value, heads.value);
    if e.checked_mul(e).and_then(|square| square.checked_mul(3)).is_none_or(|weights| weights > MAX_ELEMENTS) {
        let rows = e.saturating_mul(3);
        arguments.error(
            width.place,
            format!("`{label}` has a weight of {rows} x {e} values, which is too large: at most 2^40 fit"),
        );
        return (None, 1);
    }
    if e.is_multiple_of(n) {
        return (Some(width), n);
    }
    let below = (1..n.min(e + 1)).rev().find(|n| e.is_multiple_of(*n)).unwrap_or(1);
    let above = (n + 1..=e).find(|n| e.is_multiple_of(*n));
    let repair = above.map_or(below.to_string(), |above| format!("{below} or {above}"));
    let given = if n == 1 { "1 head".to_owned() } else { format!("{n} heads") };
    arguments
        .error(heads.place, format!("`{label}` has {given}, which do not divide its width of {e}: write {repair}"));
    (Some(width), 1)
}

/// Scalars of workspace of a sample of `s` steps, in inference and in training.
pub(super) fn workspace(s: usize, e: usize, n: usize) -> (usize, usize) {
    let (row, shares) = (s.saturating_mul(e), s.saturating_mul(s));
    let scratch = row.saturating_mul(4).saturating_add(row.saturating_mul(4) / n).saturating_add(shares);
    (scratch, scratch.saturating_add(row.saturating_mul(4)).saturating_add(shares.saturating_mul(n)))
}

/// Multiply-accumulates of a sample of `s` steps.
pub(super) fn macs(s: usize, e: usize) -> usize {
    let (row, shares) = (s.saturating_mul(e), s.saturating_mul(s));
    row.saturating_mul(e).saturating_mul(4).saturating_add(shares.saturating_mul(e).saturating_mul(2))
}

impl Layer for Attention {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Attention { label, width, heads, bias, .. } = self;
        let (place, given) = (width.as_ref().map(|width| width.place), width.as_ref().map(|width| width.value));
        let (s, e) = sequence::check(label, place, given, &incoming, errors);
        let (infer, train) = workspace(s, e, *heads);
        let biases = if *bias { 4 * e } else { 0 };
        Operation {
            output: vec![s, e],
            form: Form::Op {
                from: vec![s, e],
                to: vec![s, e],
                reads: Reads::INPUT,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Sample { infer, train },
                value: None,
                own: None,
            },
            field: Some(Field {
                ty: Type::OfScalar(Rc::new(self.ty(e))),
                parameters: Some(e.saturating_mul(e).saturating_mul(4).saturating_add(biases)),
                buffers: Some(0),
            }),
            macs: Some(macs(s, e)),
            formula: "q, k, v = x W_inᵀ + b_in, A = softmax(q kᵀ / sqrt(K)), y = (A v) W_outᵀ + b_out".to_owned(),
            derivative: "dv = Aᵀ do, ds = A (dA - sum dA A), dq = ds k, dk = dsᵀ q, dx = [dq dk dv] W_in".to_owned(),
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

impl Attention {
    /// `MultiHeadAttention<E, N, K, T, B, O, CAUSAL, DROPOUT, LAYER>` without what is default.
    fn ty(&self, e: usize) -> impl Fn(&TokenStream, &TokenStream) -> TokenStream + use<> {
        let [e, n, k] = [e, self.heads, e / self.heads].map(Literal::usize_unsuffixed);
        let Attention { bias, causal, dropout, number, .. } = *self;
        move |_, scalar| {
            let biases = if bias { quote!([[#scalar; #e]; 3], [#scalar; #e]) } else { quote!((), ()) };
            let options = match (bias, causal, dropout > 0.0) {
                (true, false, false) if scalar.to_string() == "f32" => quote!(),
                (true, false, false) => quote!(, #scalar),
                (_, _, false) => quote!(, #scalar, #biases, #causal),
                (_, _, true) => {
                    let (dropout, number) = (batch_norm::bits(dropout), Literal::u64_unsuffixed(number));
                    quote!(, #scalar, #biases, #causal, #dropout, #number)
                }
            };
            quote!(MultiHeadAttention<#e, #n, #k #options>)
        }
    }
}
