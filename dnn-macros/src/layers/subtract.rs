//! Subtract: y = a - b, with broadcasting: `a - b` in `fn forward`
//!
//! da = dy, db = -dy, each summed over what was repeated

use super::broadcast::Elements;
use super::{Arguments, Layer};
use quote::quote;

/// Takes two values.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elements {
        span: arguments.span(),
        sign: "-",
        then: quote!(__dnn::Subtract),
        commutes: false,
        factor: false,
        most: 2,
        formula: "y = a - b",
        derivative: "da = dy, db = -dy",
    })
}
