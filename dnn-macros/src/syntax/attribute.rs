//! The attributes that the macro reads itself: `#[budget(..)]` and `#[weights(..)]`, in `#[cfg_attr(..)]` too.

use super::budget::budget;
use super::{Constants, Limit, Resource, Scalar};
use crate::error::{Errors, Place};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Token};

/// What a network's own attributes say.
#[derive(Default)]
pub(crate) struct Own {
    /// `#[budget(parameters = 10 KiB, macs = 200_000)]`
    pub(crate) budget: Vec<Limit>,
    /// `#[weights("digits.safetensors")]`
    pub(crate) weights: Vec<Weights>,
}

/// The file that a network's weights come from.
pub(crate) struct Weights {
    /// `"digits.safetensors"`, or a macro that makes a path.
    pub(crate) path: TokenStream,
    /// What messages call it, where that is written.
    pub(crate) file: Option<String>,
    /// Where it stands.
    pub(crate) place: Place,
    /// The `pred` of `#[cfg_attr(pred, weights(..))]`.
    pub(crate) condition: Option<TokenStream>,
}

/// The attributes that go to the struct, and what the others say.
pub(super) fn read(
    attributes: Vec<Attribute>,
    scalar: &Scalar,
    constants: &Constants,
    errors: &mut Errors,
) -> (Vec<Attribute>, Own) {
    let (mut others, mut raw) = (Vec::new(), Vec::new());
    let is_of_layers =
        |attribute: &Attribute| ["frozen", "recompute"].iter().any(|word| attribute.path().is_ident(word));
    let (of_layers, attributes): (Vec<Attribute>, Vec<Attribute>) = attributes.into_iter().partition(is_of_layers);
    for attribute in of_layers {
        let word = attribute.path().to_token_stream();
        let message =
            format!("`#[{word}]` is said of a layer and not of a network: write it before layers in the braces");
        errors.push(attribute.path().span(), message);
    }
    attributes.into_iter().for_each(|attribute| split(attribute, &mut others, &mut raw));
    let (mut own, mut seen) = (Own::default(), Vec::new());
    for (meta, condition) in raw {
        let word = meta.path().get_ident().map(Ident::to_string).unwrap_or_default();
        // Of two under conditions one may be left out.
        let twice =
            |(other, is_conditional): &(String, bool)| *other == word && !(*is_conditional && condition.is_some());
        if seen.iter().any(twice) {
            errors.push(meta.path().span(), format!("`{word}` stands twice before this network: remove one"));
            continue;
        }
        seen.push((word.clone(), condition.is_some()));
        if word == "budget" {
            own.budget.extend(budget(&meta, condition, constants, errors));
        } else {
            own.weights.push(weights(&meta, condition, errors));
        }
    }
    if let Scalar::Generic(parameter) = scalar {
        let repair = "write the network without it for `f32`, or with `<f64>`";
        if !own.weights.is_empty() {
            let message = format!("a file holds numbers of one type, not of `{parameter}`: {repair}");
            errors.push(parameter.span(), message);
        }
        let in_bytes = |limit: &Limit| limit.resource != Resource::Macs;
        for limit in own.budget.extract_if(.., |limit| in_bytes(limit)) {
            errors.push(limit.place, format!("the bytes of `{parameter}` are not known: {repair}"));
        }
    }
    (others, own)
}

/// Takes out of an attribute what is read here.
fn split(attribute: Attribute, others: &mut Vec<Attribute>, own: &mut Vec<(Meta, Option<TokenStream>)>) {
    let is_own = |meta: &Meta| ["budget", "weights"].iter().any(|word| meta.path().is_ident(word));
    if is_own(&attribute.meta) {
        return own.push((attribute.meta, None));
    }
    let conditional = |input: ParseStream<'_>| {
        let condition: Meta = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok((condition, Punctuated::<Meta, Token![,]>::parse_terminated(input)?))
    };
    let Meta::List(list) = &attribute.meta else { return others.push(attribute) };
    match conditional.parse2(list.tokens.clone()) {
        Ok((condition, metas)) if list.path.is_ident("cfg_attr") && metas.iter().any(is_own) => {
            let (ours, theirs): (Vec<Meta>, Vec<Meta>) = metas.into_iter().partition(is_own);
            own.extend(ours.into_iter().map(|meta| (meta, Some(condition.to_token_stream()))));
            if !theirs.is_empty() {
                others.push(syn::parse_quote!(#[cfg_attr(#condition, #(#theirs),*)]));
            }
        }
        _ => others.push(attribute),
    }
}

/// `weights("digits.safetensors")`
fn weights(meta: &Meta, condition: Option<TokenStream>, errors: &mut Errors) -> Weights {
    let example = "write `#[weights(\"digits.safetensors\")]`";
    let (mut path, mut file, mut place) = (TokenStream::new(), None, Place::from(meta.path().span()));
    match meta {
        Meta::List(list) if !list.tokens.is_empty() => {
            (path, place) = (list.tokens.clone(), Place::of(&list.tokens));
            match syn::parse2(path.clone()) {
                Ok(Expr::Lit(ExprLit { lit: Lit::Str(literal), .. })) => file = Some(literal.value()),
                // As `include_bytes!` takes it: `concat!(env!("OUT_DIR"), "/digits.safetensors")`.
                Ok(Expr::Macro(_)) => {}
                _ => errors.push(place, format!("this is not the path of one file: {example}")),
            }
        }
        _ => errors.push(place, format!("the path of a file is missing: {example}")),
    }
    Weights { path, file, place, condition }
}
