//! Softplus: y = ln(1 + e^(beta x)) / beta, x itself where beta x > threshold
//!
//! dx = dy s(beta x), s the sigmoid

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(beta, threshold)`, 1 and 20 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let positive = |value: f64| value > 0.0 && value.is_finite();
    let beta = arguments.hyper("beta", 1.0, "positive and finite", positive);
    let threshold = arguments.hyper("threshold", 20.0, "finite", f64::is_finite);
    let value = quote!(__dnn::Softplus { beta: #beta, threshold: #threshold });
    Box::new(Elementwise {
        value,
        keeps: Keeps::Input,
        formula: "y = ln(1 + e^(beta x)) / beta, x itself where beta x > threshold",
        derivative: "dx = dy s(beta x), s the sigmoid",
    })
}
