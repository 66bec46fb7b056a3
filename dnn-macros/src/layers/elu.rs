//! Elu: y = x where x > 0, else alpha (e^x - 1)
//!
//! dx = dy where y > 0, else dy (y + alpha)

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(alpha)`, 1 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let alpha = arguments.hyper("alpha", 1.0, "finite and 0 or more", |alpha| alpha >= 0.0 && alpha.is_finite());
    let value = quote!(__dnn::Elu { alpha: #alpha });
    Box::new(Elementwise {
        value,
        keeps: Keeps::Output,
        formula: "y = x where x > 0, else alpha (e^x - 1)",
        derivative: "dx = dy where y > 0, else dy (y + alpha)",
    })
}
