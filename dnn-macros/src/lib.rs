//! The compiler behind `dnn::network!`.
//!
//! ```text
//! tokens -> syntax -> graph -> shape -> backward -> memory -> emit -> tokens
//!           AST       SSA      typed    steps       plan
//! ```
//!
//! Each arrow is one function, each stage has a type of its own and never edits the one before. The mistakes of a user are
//! collected up to `shape`; what follows cannot fail. After a mistake the struct and its signatures are still emitted, so
//! that nothing else in the file lights up.

#![forbid(unsafe_code)]

mod backward;
mod budget;
mod derive;
mod differentiable;
mod emit;
mod error;
mod graph;
mod layers;
mod memory;
mod placement;
mod shape;
mod syntax;
#[cfg(test)]
mod tests;

use error::Errors;
use proc_macro2::TokenStream;
use quote::quote;

/// The expansion of `dnn::network!`, which passes the path of the facade's private module first.
#[doc(hidden)]
#[proc_macro]
pub fn __network(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    network(tokens.into()).into()
}

/// The expansion of `dnn::budget!`, which passes the path of the facade's private module first.
#[doc(hidden)]
#[proc_macro]
pub fn __budget(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    budget::memory(tokens.into()).into()
}

/// Derives `Parameters` for a layer of your own: the table of its tensors, and its initialisation.
///
/// A field whose type is spelled as `f32`, `f64`, a type parameter or an array of these is a tensor; any other field is a
/// layer or a network with parameters of its own. Tensors begin as zeros, as `#[init(1.0)]` says, or with random numbers
/// between minus and plus a bound, `#[init(uniform(0.1))]`.
///
/// A tensor under `#[buffer]` is state that training moves without a gradient, in `Layer::absorb`; the type of the gradient
/// is then a struct without it, `Self::Gradient`. A nested layer that holds buffers is marked in the same way.
///
/// `#[parameters(crate = path)]` names the crate `dnn` where it is renamed.
#[proc_macro_derive(Parameters, attributes(init, buffer, parameters))]
pub fn parameters(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::parameters(tokens.into()).into()
}

/// The compiler behind `dnn::differentiable`.
#[proc_macro_attribute]
pub fn differentiable(
    attribute: proc_macro::TokenStream,
    function: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    differentiable::expand(attribute.into(), function.into()).into()
}

fn network(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(block) = syntax::parse(tokens, &mut errors) else { return errors.to_tokens() };
    let items = &block.items;
    let mut expansion = quote!(#(#[allow(dead_code)] #items)*);
    let (mut networks, mut runs) = (Vec::new(), Vec::new());
    for declaration in &block.networks {
        let graph = graph::lower(declaration, &mut errors);
        let typed = shape::infer(declaration, &block.networks, graph, &mut errors);
        let steps = backward::derive(&typed);
        networks.push((declaration.name.to_string(), typed, steps));
        runs.push(errors.is_empty());
    }
    let plans = memory::plans(&networks);
    for (at, declaration) in block.networks.iter().enumerate() {
        let (_, typed, steps) = &networks[at];
        let (krate, plan, runs) = (&block.krate, &plans[at], runs[at]);
        expansion.extend(emit::network(&emit::Network { krate, declaration, typed, steps, plan, runs }));
    }
    expansion.extend(errors.to_tokens());
    expansion
}
