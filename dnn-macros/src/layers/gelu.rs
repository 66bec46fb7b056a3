//! Gelu: y = x P(x), P the distribution function of the normal distribution, or its approximation by tanh
//!
//! dx = dy (P + x P')

use super::elementwise::Elementwise;
use super::{Arguments, Keeps, Layer};
use quote::quote;

/// Takes `approximate = none` or `approximate = tanh`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let approximate = match arguments.word_option("approximate", &["none", "tanh"]) {
        "tanh" => quote!(Tanh),
        _ => quote!(None),
    };
    Box::new(Elementwise {
        value: quote!(__dnn::Gelu { approximate: __dnn::Approximate::#approximate }),
        keeps: Keeps::Input,
        formula: "y = x P(x), P the normal distribution function",
        derivative: "dx = dy (P(x) + x P'(x))",
    })
}
