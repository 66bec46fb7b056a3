//! Rust that `fn forward` does not have, and what to write in its place.

use proc_macro2::Span;
use syn::Token;
use syn::parse::ParseStream;

/// What to write instead of what Rust has and a network has not.
pub(super) fn refused(input: ParseStream<'_>) -> Option<&'static str> {
    Some(if input.peek(Token![for]) || input.peek(Token![while]) || input.peek(Token![loop]) {
        "a network has no loops: repeat a layer, `blocks: [Block; 4]`, and call `blocks(x)`"
    } else if input.peek(Token![if]) || input.peek(Token![match]) {
        "every sample takes the same way through a network: multiply by a mask in place of a branch"
    } else if input.peek(Token![|]) || input.peek(Token![move]) {
        "a network has no closures: declare another network and call it"
    } else if input.peek(Token![&]) {
        "values are no references here: remove `&`"
    } else if input.peek(Token![self]) {
        "layers are called by their names alone: remove `self.`"
    } else if input.peek(syn::token::Brace) || input.peek(Token![unsafe]) {
        "a network has no blocks: write the statements one after the other"
    } else if input.peek(syn::token::Bracket) {
        "values are not put together in brackets: write `Concat(a, b)`"
    } else if input.peek(Token![return]) {
        "the last line is the result: remove `return`"
    } else {
        return None;
    })
}

/// An operator is not followed by `=`: `span` is its place.
pub(super) fn changes_nothing(input: ParseStream<'_>, span: Span) -> syn::Result<()> {
    if input.peek(Token![=]) {
        return Err(syn::Error::new(span, "a value is made once and never changed: write `let h = h + ..;`"));
    }
    Ok(())
}

/// What to write instead of what stands behind a value, where it is Rust that a network has not.
pub(super) fn behind_a_value(input: ParseStream<'_>) -> Option<&'static str> {
    Some(if input.peek(Token![.]) {
        "a value has no fields or methods here: call a layer with it, such as `Relu(..)`"
    } else if input.peek(Token![=]) && !input.peek(Token![==]) {
        "a value is made by `let`: write `let h = ..;`"
    } else if input.peek(Token![?]) {
        "no layer can fail: remove `?`"
    } else if input.peek(Token![as]) {
        "all values have the scalar of the network: remove `as` and what follows"
    } else if input.peek(Token![@]) {
        "matrices are multiplied by layers: write `Linear` with parameters, or a layer of your own"
    } else {
        return None;
    })
}
