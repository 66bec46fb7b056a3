//! Multiply: y = a b, element by element with broadcasting: `a * b` in `fn forward`
//!
//! da = b dy, db = a dy, each summed over what was repeated

use super::broadcast::Elements;
use super::{Arguments, Layer};
use quote::quote;

/// Takes two values.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elements {
        span: arguments.span(),
        sign: "*",
        then: quote!(__dnn::Multiply),
        commutes: true,
        factor: true,
        most: 2,
        formula: "y = a b",
        derivative: "da = b dy, db = a dy",
    })
}
