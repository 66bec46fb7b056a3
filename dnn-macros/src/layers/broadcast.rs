//! What the operations of two values have in common that meet element by element: broadcasting.

use super::{Form, Layer, Operand, Operation};
use crate::error::Errors;
use crate::shape::{Incoming, brackets};
use proc_macro2::{Span, TokenStream};
use quote::quote;

/// An operation of two values, or of more one after the other, element by element.
pub(super) struct Elements {
    /// The operator's place in the source.
    pub(super) span: Span,
    /// What it is called: `+`.
    pub(super) sign: &'static str,
    /// How a value meets the one before it, as a value of the run time.
    pub(super) then: TokenStream,
    /// Whether the values may change places.
    pub(super) commutes: bool,
    /// Whether the gradient of each reads the other one.
    pub(super) factor: bool,
    /// The most values that it takes.
    pub(super) most: usize,
    /// The forward formula.
    pub(super) formula: &'static str,
    /// The formula of the backward pass.
    pub(super) derivative: &'static str,
}

/// The common shape of two, aligned at the last dimension, where a length of 1 is repeated.
pub(super) fn common(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let at = |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
    let meet = |i: usize| match (at(a, i), at(b, i)) {
        (a, b) if a == b || b == 1 => Some(a),
        (1, b) => Some(b),
        _ => None,
    };
    (0..rank).map(meet).collect()
}

/// The shapes of an operand and of the output with neighbouring dimensions that are repeated alike as one, and without those
/// in front that are the same: these are more rows.
fn merged(from: &[usize], to: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let padded = std::iter::repeat_n(1, to.len() - from.len()).chain(from.iter().copied());
    let (mut pairs, mut last): (Vec<(usize, usize)>, _) = (Vec::new(), None);
    for (from, to) in padded.zip(to.iter().copied()).filter(|(_, to)| *to != 1) {
        let repeated = from != to;
        match (pairs.last_mut(), last == Some(repeated)) {
            (Some(pair), true) => *pair = (pair.0 * from, pair.1 * to),
            _ => pairs.push((from, to)),
        }
        last = Some(repeated);
    }
    if pairs.len() > 1 && pairs[0].0 == pairs[0].1 {
        pairs.remove(0);
    }
    if pairs.is_empty() { (vec![1], vec![1]) } else { pairs.into_iter().unzip() }
}

impl Layer for Elements {
    fn operands(&self) -> (usize, usize) {
        (2, self.most)
    }

    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.join(&[incoming, incoming], (0, 1), None, errors)
    }

    fn join(
        &self,
        incoming: &[Incoming<'_>],
        _: (usize, usize),
        _: Option<&[usize]>,
        errors: &mut Errors,
    ) -> Operation {
        let mut output = incoming[0].dims.to_vec();
        for value in &incoming[1..] {
            match common(&output, value.dims) {
                Some(dims) => output = dims,
                None => {
                    let (sign, a, b) = (self.sign, incoming[0].from, value.from);
                    let (a_dims, b_dims) = (brackets(&output), brackets(value.dims));
                    let message = format!(
                        "`{sign}`: {a} is {a_dims}, but {b} is {b_dims}: make them equal, or 1 where one is repeated"
                    );
                    errors.push(self.span, message);
                    // Errors end the expansion: any operand of the right shape will do.
                    return unknown(output);
                }
            }
        }
        let operand = |(i, value): (usize, &Incoming<'_>)| {
            let base = value.dims.iter().product::<usize>() == output.iter().product() && (i == 0 || self.commutes);
            let (from, to) =
                if self.factor { (value.dims.to_vec(), output.clone()) } else { merged(value.dims, &output) };
            let then = if i == 0 && !self.commutes { quote!(__dnn::Add) } else { self.then.clone() };
            Operand {
                first: quote!(__dnn::Repeat),
                then,
                from,
                to,
                base,
                same: base && !self.factor,
                factor: self.factor,
            }
        };
        Operation {
            form: Form::Join(incoming.iter().enumerate().map(operand).collect()),
            output,
            field: None,
            macs: Some(0),
            formula: self.formula.to_owned(),
            derivative: self.derivative.to_owned(),
            proofs: Vec::new(),
        }
    }
}

/// What stands in for an operation after a mistake.
pub(crate) fn unknown(output: Vec<usize>) -> Operation {
    Operation {
        output,
        form: Form::View,
        field: None,
        macs: Some(0),
        formula: String::new(),
        derivative: String::new(),
        proofs: Vec::new(),
    }
}
