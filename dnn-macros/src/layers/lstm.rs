//! Lstm: i, f, o = sigmoid(a + u), g = tanh(a + u), c = f c + i g, h = o tanh c with a = x W_ihᵀ + b_ih and u = h W_hhᵀ + b_hh
//!
//! dx = da W_ih, dh = du W_hh, dc = f dc, dW_ih += daᵀ x, dW_hh += duᵀ h, db += sums

use super::recurrent::{self, Kind, generics};
use super::{Arguments, Layer};
use quote::quote;

/// Takes the numbers of inputs and of units, and the options of all recurrent layers.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let kind = Kind {
        gates: 4,
        memory: true,
        extra: true,
        ty: |lengths, scalar| generics(quote!(Lstm), 4, lengths, scalar),
        formula: "i, f, o = sigmoid(a + u), g = tanh(a + u), c = f c + i g, h = o tanh c; a = x W_ihᵀ + b_ih, u = h W_hhᵀ + b_hh",
        derivative: "dx = da W_ih, dh = du W_hh, dc = f dc, dW_ih += daᵀ x, dW_hh += duᵀ h",
    };
    recurrent::read(arguments, kind, false)
}
