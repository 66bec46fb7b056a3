//! Add: y = a + b, with broadcasting: `a + b` in `fn forward`
//!
//! da = dy, db = dy, each summed over what was repeated

use super::broadcast::Elements;
use super::{Arguments, Layer};
use quote::quote;

/// Takes two values or more.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Elements {
        span: arguments.span(),
        sign: "+",
        then: quote!(__dnn::Add),
        commutes: true,
        factor: false,
        most: 4,
        formula: "y = a + b",
        derivative: "da = dy, db = dy",
    })
}
