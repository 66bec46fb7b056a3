//! `const HIDDEN: usize = 128;` inside a block: names for lengths.

use super::Expression;
use super::length::parenthesized_parameters;
use crate::error::Errors;
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Ident, ItemConst};

/// The names that a block binds, in the order of their definition.
#[derive(Clone, Default)]
pub(crate) struct Constants {
    list: Vec<(String, Option<i128>)>,
}

impl Constants {
    /// Binds the name of a `const`; its value is an expression over integers and earlier names. The answer is whether it has
    /// one.
    pub(crate) fn define(&mut self, item: &ItemConst, errors: &mut Errors) -> bool {
        let name = &item.ident;
        if !matches!(&*item.ty, syn::Type::Path(path) if path.path.is_ident("usize")) {
            errors.push(name.span(), format!("`{name}` is a length: write `const {name}: usize`"));
        }
        if self.value(name).is_some() {
            errors.push(name.span(), format!("`{name}` is defined twice: remove one, or give it another name"));
        }
        let tokens = parenthesized_parameters(item.expr.to_token_stream());
        let value = match <Expression as syn::parse::Parse>::parse.parse2(tokens) {
            Ok(expression) => {
                expression.positive(&format!("`{name}`"), self, errors).map(|length| length.value as i128)
            }
            Err(_) => {
                let message = format!("`{name}` is not an integer expression: use numbers and `+ - * / %`");
                let tokens = item.expr.to_token_stream();
                errors.add(syn::Error::new_spanned(tokens, message));
                None
            }
        };
        self.list.push((name.to_string(), value));
        value.is_some()
    }

    /// The value of a name that is defined, unless its definition is a mistake.
    pub(crate) fn value(&self, name: &Ident) -> Option<Option<i128>> {
        self.list.iter().find(|(known, _)| name == known).map(|(_, value)| *value)
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(name, _)| name.as_str())
    }
}
