//! Hardtanh: y = min_val where x < min_val, max_val where x > max_val, else x
//!
//! dx = dy where min_val < y < max_val, else 0

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(min_val, max_val)`, -1 and 1 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let max_follows = arguments.gives_hyper("max_val", 1);
    let below = if max_follows { "a finite number" } else { "less than max_val, 1" };
    let min = arguments.hyper("min_val", -1.0, below, |min| min.is_finite() && (max_follows || min < 1.0));
    let above = format!("more than min_val, {min}");
    let max = arguments.hyper("max_val", 1.0, &above, |max| max > min && max.is_finite());
    Box::new(Elementwise {
        value: quote!(__dnn::Hardtanh { min_val: #min, max_val: #max }),
        keeps: Keeps::Output,
        formula: "y = min_val where x < min_val, max_val where x > max_val, else x",
        derivative: "dx = dy where min_val < y < max_val, else 0",
    })
}
