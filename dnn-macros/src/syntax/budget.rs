//! Budgets: `parameters = 10 KiB, macs = 200_000`, a list of limits with their units.

use super::item::skip_item;
use super::length::parenthesized_parameters;
use super::{Constants, Expression, Length};
use crate::error::{Errors, Place, nearest};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Ident, Lit, LitInt, Meta, Token, parenthesized};

/// One entry of a budget: `parameters = 10 KiB`.
pub(crate) struct Limit {
    /// `parameters`
    pub(crate) resource: Resource,
    /// From its key to the end of its value.
    pub(crate) place: Place,
    /// In bytes, or multiply-adds.
    pub(crate) amount: u64,
    /// The `pred` of `#[cfg_attr(pred, budget(..))]`.
    pub(crate) condition: Option<TokenStream>,
}

/// What a budget limits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Bytes of the parameters.
    Parameters,
    /// Bytes of scratch of `predict`.
    Inference,
    /// Multiply-adds for one sample.
    Macs,
    /// Bytes of a memory to train in.
    Ram,
}

/// What a budget of a network may limit.
const OF_A_NETWORK: [(&str, Resource); 3] =
    [("parameters", Resource::Parameters), ("inference", Resource::Inference), ("macs", Resource::Macs)];
/// What the budget of a memory limits.
const OF_A_MEMORY: [(&str, Resource); 1] = [("ram", Resource::Ram)];

const UNITS_OF_BYTES: [(&str, u64); 5] =
    [("B", 1), ("KB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20)];
const UNITS_OF_MACS: [(&str, u64); 2] = [("k", 1000), ("M", 1_000_000)];

/// `budget(parameters = 10 KiB, macs = 200_000)`
pub(super) fn budget(
    meta: &Meta,
    condition: Option<TokenStream>,
    constants: &Constants,
    errors: &mut Errors,
) -> Vec<Limit> {
    let example = "write `#[budget(parameters = 10 KiB)]`";
    let Meta::List(list) = meta else {
        errors.push(meta.path().span(), format!("a budget has its limits in parentheses: {example}"));
        return Vec::new();
    };
    if list.tokens.is_empty() {
        errors.push(meta.path().span(), format!("this budget limits nothing: {example}"));
    }
    limits(list.tokens.clone(), list.delimiter.span().close(), &OF_A_NETWORK, condition, constants, errors)
}

/// `ram = 40 KiB`, closed at `end`: the limits of a memory.
pub(crate) fn limits_of_a_memory(tokens: TokenStream, end: Span, errors: &mut Errors) -> Vec<Limit> {
    limits(tokens, end, &OF_A_MEMORY, None, &Constants::default(), errors)
}

/// All limits up to `end`. One that is a mistake is noted, and the next one is read.
fn limits(
    tokens: TokenStream,
    end: Span,
    known: &[(&str, Resource)],
    condition: Option<TokenStream>,
    constants: &Constants,
    errors: &mut Errors,
) -> Vec<Limit> {
    // In parentheses again, so that a message about something missing points to the end.
    let mut group = Group::new(Delimiter::Parenthesis, apart(parenthesized_parameters(tokens)));
    group.set_span(end);
    let (mut list, mut keys) = (Vec::new(), Vec::new());
    let read = |input: ParseStream<'_>| {
        let content;
        parenthesized!(content in input);
        while !content.is_empty() {
            let entry = Entry::parse(&content);
            if entry.is_err() {
                skip_item(&content)?;
            } else if content.peek(Token![,]) {
                content.parse::<Token![,]>()?;
            } else if !content.is_empty() {
                errors.add(content.error("a comma is missing between limits: write `,`"));
                skip_item(&content)?;
            }
            match entry {
                Ok(entry) if keys.contains(&entry.key) => {
                    errors.push(entry.key.span(), format!("`{}` is limited twice: remove one", entry.key));
                }
                Ok(entry) => {
                    keys.push(entry.key.clone());
                    list.extend(entry.evaluate(known, condition.clone(), constants, errors));
                }
                Err(error) => errors.add(error),
            }
        }
        Ok(())
    };
    if let Err(error) = read.parse2(TokenTree::Group(group).into()) {
        errors.add(error);
    }
    list
}

/// `10KiB`, one token, as `10 KiB`.
fn apart(tokens: TokenStream) -> TokenStream {
    let mut apart = TokenStream::new();
    for tree in tokens {
        match syn::parse2(tree.to_token_stream()) {
            Ok(Lit::Int(literal)) if !matches!(literal.suffix(), "" | "usize") => {
                let number = LitInt::new(literal.base10_digits(), literal.span());
                let unit = Ident::new(literal.suffix(), literal.span());
                apart.extend(quote!(#number #unit));
            }
            _ => apart.extend([tree]),
        }
    }
    apart
}

/// `parameters = 10 KiB`, not evaluated yet.
struct Entry {
    key: Ident,
    value: Expression,
    unit: Option<Ident>,
}

impl Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Entry> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected what is limited, such as `parameters = 10 KiB`"));
        }
        let key = input.call(Ident::parse_any)?;
        let missing = |_| syn::Error::new(key.span(), format!("`{key}` has no limit: write `{key} = ..`"));
        input.parse::<Token![=]>().map_err(missing)?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(missing(input.error("")));
        }
        let value = input.parse()?;
        let unit = if input.peek(Ident) && !input.peek2(Token![=]) { Some(input.parse()?) } else { None };
        Ok(Entry { key, value, unit })
    }

    fn evaluate(
        self,
        known: &[(&str, Resource)],
        condition: Option<TokenStream>,
        constants: &Constants,
        errors: &mut Errors,
    ) -> Option<Limit> {
        let Entry { key, value, unit } = self;
        let word = key.to_string();
        let Some((_, resource)) = known.iter().find(|(known, _)| word == *known) else {
            errors.push(key.span(), unknown(&word, known));
            return None;
        };
        let length = value.positive(&format!("`{word}`"), constants, errors)?;
        let place = Place::from(key.span()).to(unit.as_ref().map_or(length.place, |unit| unit.span().into()));
        let scale = scale(*resource, &word, &length, unit.as_ref(), errors)?;
        // At most 2^40 of the largest unit, 2^20.
        let amount = length.value as u64 * scale;
        Some(Limit { resource: *resource, place, amount, condition })
    }
}

/// What a unit multiplies by.
fn scale(resource: Resource, word: &str, length: &Length, unit: Option<&Ident>, errors: &mut Errors) -> Option<u64> {
    let units: &[(&str, u64)] = if resource == Resource::Macs { &UNITS_OF_MACS } else { &UNITS_OF_BYTES };
    let Some(unit) = unit else {
        if resource == Resource::Macs {
            return Some(1);
        }
        let value = length.value;
        let repair = format!("write `{value} B`, or another unit, such as `{} KiB`", value.div_ceil(1024));
        errors.push(length.place, format!("`{word}` is counted in bytes, but the limit has no unit: {repair}"));
        return None;
    };
    let text = unit.to_string();
    let known = units.iter().find(|(name, _)| text == *name);
    if known.is_none() {
        let advice = match units.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)) {
            Some((near, _)) => format!("did you mean `{near}`?"),
            None if resource == Resource::Macs => "write a number alone, or with `k` or `M`".to_owned(),
            None => "write `B`, `KB`, `KiB`, `MB` or `MiB`".to_owned(),
        };
        let what = if resource == Resource::Macs { "multiply-adds" } else { "bytes" };
        errors.push(unit.span(), format!("`{text}` is no unit of {what}: {advice}"));
    }
    known.map(|(_, scale)| *scale)
}

/// The message about a key that is none of the known ones.
fn unknown(word: &str, known: &[(&str, Resource)]) -> String {
    let here = |(name, _): &(&'static str, Resource)| known.iter().any(|(known, _)| known == name);
    let elsewhere = OF_A_NETWORK.iter().chain(&OF_A_MEMORY).find(|entry| entry.0 == word && !here(entry));
    let advice = match (elsewhere, nearest(word, known.iter().map(|(name, _)| *name))) {
        (Some((_, Resource::Ram)), _) => {
            "the memory to train in depends on optimiser and capacity, write `budget!(Memory<Net, Adam, 8>, ram = 40 KiB);` \
             below the network"
                .to_owned()
        }
        (Some(_), _) => format!("it is one of the network's, write `#[budget({word} = ..)]` before its declaration"),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("`{name} = ..`")).collect();
            format!("write {}", names.join(" or "))
        }
    };
    format!("`{word}` cannot be limited here: {advice}")
}
