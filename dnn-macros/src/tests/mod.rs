//! Snapshots of every stage and properties of the whole expansion.

#[allow(dead_code, reason = "dnn's own tests compile the chains in several scalars")]
pub(crate) mod chains;
#[allow(dead_code, reason = "dnn's own tests compile the functions")]
pub(crate) mod formulas;
mod functions;
#[allow(dead_code, reason = "dnn's own tests compare what they compute")]
pub(crate) mod graphs;
mod interpreter;
mod mutations;
mod padding;
mod places;
pub(crate) mod plain;
mod pooled;
mod robustness;
mod snapshots;
mod wiring;

use crate::error::Errors;
use crate::shape::Typed;
use crate::{backward, graph, shape, syntax};
use proc_macro2::{TokenStream, TokenTree};

/// What `network!` passes to the expansion function.
fn block(declarations: &str) -> TokenStream {
    let tokens: TokenStream = declarations.parse().expect("a declaration that is Rust tokens");
    quote::quote!({ ::dnn::__private } #tokens)
}

/// The first network of a declaration without mistakes, up to its backward pass.
fn typed(declaration: &str) -> (Typed, backward::Steps) {
    let mut errors = Errors::default();
    let block = syntax::parse(block(declaration), &mut errors).expect("a declaration that can be read");
    let first = &block.networks[0];
    let typed = shape::infer(first, &block.networks, graph::lower(first, &mut errors), &mut errors);
    assert!(errors.is_empty(), "{}\n{declaration}", errors.to_tokens());
    let steps = backward::derive(&typed);
    (typed, steps)
}

/// The messages in an expansion: what stands in `compile_error!`.
fn messages(expansion: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = expansion.into_iter().collect();
    let mut messages = Vec::new();
    for (i, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let is = |back: usize, text: &str| i >= back && trees[i - back].to_string() == text;
        if is(1, "!") && is(2, "compile_error") {
            let text: syn::LitStr = syn::parse2(group.stream()).expect("the text of a message");
            messages.push(text.value());
        } else {
            messages.extend(self::messages(group.stream()));
        }
    }
    messages
}
