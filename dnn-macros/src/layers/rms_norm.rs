//! RmsNorm: y = x / sqrt(q + eps) w over the values of the last dimensions, q the mean of their squares
//!
//! dx = (g - x / (q + eps) mean of g x) / sqrt(q + eps) with g = w dy

use super::trailing::Trailing;
use super::{Arguments, Layer, batch_norm};
use quote::format_ident;

/// Takes the lengths of the last dimensions, `elementwise_affine = true`, and `(eps)`; without it, it is the distance from 1
/// to the next number of the scalar, as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, span, shape) = (arguments.label(), arguments.span(), arguments.shape());
    let weight = arguments.word_option("elementwise_affine", &["true", "false"]) == "true";
    if weight {
        arguments.demand_name();
    }
    let eps = arguments.optional_hyper("eps", 1e-6, "positive and finite", |eps| eps > 0.0 && eps.is_finite());
    Box::new(Trailing {
        label,
        span,
        name: format_ident!("RmsNorm"),
        shape,
        tensors: vec![weight],
        eps: eps.map(batch_norm::bits),
        saved: 1,
        formula: "y = x / sqrt(q + eps) w, q the mean square of the last dimensions",
        derivative: "dx = (g - x / (q + eps) mean of g x) / sqrt(q + eps), g = w dy, dw += dy x / sqrt(q + eps)",
    })
}
