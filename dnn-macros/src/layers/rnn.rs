//! Rnn: h = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh), or max(.., 0) of the same
//!
//! dx = da W_ih, dh = da W_hh, dW_ih += daᵀ x, dW_hh += daᵀ h, db += sums

use super::recurrent::{self, Kind, generics};
use super::{Arguments, Layer};
use quote::quote;

/// Takes the numbers of inputs and of units, `nonlinearity = tanh` or `relu`, and the options of all recurrent layers.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let relu = arguments.word_option("nonlinearity", &["tanh", "relu"]) == "relu";
    let kind = Kind {
        gates: 1,
        memory: false,
        extra: false,
        ty: |lengths, scalar| generics(quote!(Rnn), 1, lengths, scalar),
        formula: if relu {
            "h = max(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh, 0)"
        } else {
            "h = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh)"
        },
        derivative: "dx = da W_ih, dh = da W_hh, dW_ih += daᵀ x, dW_hh += daᵀ h",
    };
    recurrent::read(arguments, kind, relu)
}
