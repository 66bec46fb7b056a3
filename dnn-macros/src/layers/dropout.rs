//! Dropout: y = x / (1 - p) or 0, the latter with probability p; in inference y = x
//!
//! dx = dy / (1 - p) or 0, by the same mask

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(p)`, 0.5 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (p, layer) = probability(arguments);
    Box::new(Elementwise {
        value: quote!(__dnn::Dropout { p: #p, layer: #layer }),
        keeps: Keeps::Nothing,
        formula: "y = x / (1 - p) or 0, the latter with probability p",
        derivative: "dx = dy / (1 - p) or 0, by the same mask",
    })
}

/// `(p)`, and the number that tells layers apart.
pub(super) fn probability(arguments: &mut Arguments<'_>) -> (f64, u64) {
    let p = arguments.hyper("p", 0.5, "a probability from 0 to 1", |p| (0.0..=1.0).contains(&p));
    (p, arguments.position() as u64)
}
