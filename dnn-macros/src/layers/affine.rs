//! Affine: y = a x + b with numbers a and b: `2.0 * x`, `1.0 - x`, `-x` in `fn forward`
//!
//! dx = a dy

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `(scale, shift)`, 1 and 0 by default.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let scale = arguments.hyper("scale", 1.0, "finite", f64::is_finite);
    let shift = arguments.hyper("shift", 0.0, "finite", f64::is_finite);
    Box::new(Elementwise {
        value: quote!(__dnn::Affine { scale: #scale, shift: #shift }),
        keeps: Keeps::Nothing,
        formula: "y = a x + b",
        derivative: "dx = a dy",
    })
}
