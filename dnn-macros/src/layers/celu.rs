//! Celu: y = x where x > 0, else alpha (e^(x / alpha) - 1)
//!
//! dx = dy where y > 0, else dy (y / alpha + 1)

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(alpha)`, 1 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let alpha = arguments.hyper("alpha", 1.0, "positive and finite", |alpha| alpha > 0.0 && alpha.is_finite());
    Box::new(Elementwise {
        value: quote!(__dnn::Celu { alpha: #alpha }),
        keeps: Keeps::Output,
        formula: "y = x where x > 0, else alpha (e^(x / alpha) - 1)",
        derivative: "dx = dy where y > 0, else dy (y / alpha + 1)",
    })
}
