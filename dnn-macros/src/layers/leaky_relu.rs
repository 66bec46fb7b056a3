//! LeakyRelu: y = x where x > 0, else negative_slope x
//!
//! dx = dy where x > 0, else negative_slope dy

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(negative_slope)`, 0.01 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let negative_slope = arguments
        .hyper("negative_slope", 0.01, "a finite number, 0 or more", |slope| slope >= 0.0 && slope.is_finite());
    let value = quote!(__dnn::LeakyRelu { negative_slope: #negative_slope });
    Box::new(Elementwise {
        value,
        keeps: Keeps::Output,
        formula: "y = x where x > 0, else negative_slope x",
        derivative: "dx = dy where x > 0, else negative_slope dy",
    })
}
