//! Gru: r, z = sigmoid(a + u), n = tanh(a + r u), h = (1 - z) n + z h with a = x W_ihᵀ + b_ih and u = h W_hhᵀ + b_hh
//!
//! dx = da W_ih, dh = z dh + du W_hh, dW_ih += daᵀ x, dW_hh += duᵀ h, db += sums

use super::recurrent::{self, Kind, generics};
use super::{Arguments, Layer};
use quote::quote;

/// Takes the numbers of inputs and of units, and the options of all recurrent layers.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let kind = Kind {
        gates: 3,
        memory: false,
        extra: true,
        ty: |lengths, scalar| generics(quote!(Gru), 3, lengths, scalar),
        formula: "r, z = sigmoid(a + u), n = tanh(a + r u), h = (1 - z) n + z h; a = x W_ihᵀ + b_ih, u = h W_hhᵀ + b_hh",
        derivative: "dx = da W_ih, dh = z dh + du W_hh, dW_ih += daᵀ x, dW_hh += duᵀ h",
    };
    recurrent::read(arguments, kind, false)
}
