//! LayerNorm: y = (x - m) / sqrt(v + eps) w + b over the values of the last dimensions
//!
//! dx = (g - mean of g - (x - m) / (v + eps) mean of g (x - m)) / sqrt(v + eps) with g = w dy

use super::trailing::Trailing;
use super::{Arguments, Layer, batch_norm};
use quote::format_ident;

/// Takes the lengths of the last dimensions, `elementwise_affine = true`, `bias = true`, and `(eps)`, 1e-5 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, span, shape) = (arguments.label(), arguments.span(), arguments.shape());
    let weight = arguments.word_option("elementwise_affine", &["true", "false"]) == "true";
    let bias = arguments.word_option("bias", &["true", "false"]) == "true";
    if weight {
        arguments.demand_name();
    }
    let eps = batch_norm::eps(arguments);
    Box::new(Trailing {
        label,
        span,
        name: format_ident!("LayerNorm"),
        shape,
        tensors: vec![weight, weight && bias],
        eps: (eps != 1e-5).then(|| batch_norm::bits(eps)),
        saved: 2,
        formula: "y = (x - m) / sqrt(v + eps) w + b, m and v of the last dimensions",
        derivative: "dx = (g - mean of g - (x - m) / (v + eps) mean of g (x - m)) / sqrt(v + eps), g = w dy, \
                     dw += dy (x - m) / sqrt(v + eps), db += dy",
    })
}
