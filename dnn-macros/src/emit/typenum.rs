//! Numbers and arithmetic in typenum's types: the second proof of every computed length.

use super::quote;
use crate::layers::Algebra;
use crate::syntax::{Expression, Operator};
use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use std::collections::BTreeSet;
use syn::Lit;

/// The numbers that proofs name: each gets its type once, as `__U784`, or `__N0` where rustc evaluates it.
#[derive(Default)]
pub(crate) struct Numbers {
    used: BTreeSet<usize>,
    evaluated: Vec<String>,
    digits: Vec<TokenStream>,
}

impl Numbers {
    fn name(&mut self, value: usize) -> Ident {
        self.used.insert(value);
        format_ident!("__U{value}")
    }

    /// The types of all numbers that were named.
    pub(crate) fn definitions(&self) -> TokenStream {
        let define = |value: &usize| {
            let (name, bits) = (format_ident!("__U{value}"), bits(*value));
            quote!(#[allow(dead_code)] type #name = #bits;)
        };
        self.used.iter().map(define).chain(self.digits.iter().cloned()).collect()
    }

    /// The type of a number that rustc evaluates: its binary digits, the highest first.
    fn spelled(&mut self, number: &TokenStream) -> Ident {
        let text = number.to_string();
        let known = self.evaluated.iter().position(|known| *known == text);
        let name = format_ident!("__N{}", known.unwrap_or(self.evaluated.len()));
        if known.is_none() {
            let digits = (0..32usize).rev().map(|digit| quote!({ (#number >> #digit) & 1 }));
            self.digits.push(quote!(#[allow(dead_code)] type #name = __dnn::functions::digits::Number<#(#digits),*>;));
            self.evaluated.push(text);
        }
        name
    }

    /// The number that typenum's algebra gives, as an expression of type `usize`.
    pub(crate) fn value(&mut self, algebra: &Algebra) -> TokenStream {
        let ty = self.algebra(algebra);
        quote!(<#ty as __dnn::typenum::Unsigned>::USIZE)
    }

    fn algebra(&mut self, algebra: &Algebra) -> TokenStream {
        match algebra {
            Algebra::Number(value) => {
                let name = self.name(*value);
                quote!(#name)
            }
            Algebra::Evaluated(number) => {
                let name = self.spelled(number);
                quote!(#name)
            }
            Algebra::Operation(operator, sides) => {
                let [left, right] = sides.each_ref().map(|side| self.algebra(side));
                operation(*operator, &left, &right)
            }
        }
    }

    /// The value of written arithmetic, `4 * HIDDEN`, and its type; `None` for what is no arithmetic, or passes below
    /// zero, where typenum's unsigned numbers end.
    pub(crate) fn arithmetic(&mut self, expression: &Expression) -> Option<(usize, TokenStream)> {
        let Expression::Binary(..) = expression else { return None };
        let (value, ty) = self.typed(expression)?;
        Some((value, quote!(<#ty as __dnn::typenum::Unsigned>::USIZE)))
    }

    fn typed(&mut self, expression: &Expression) -> Option<(usize, TokenStream)> {
        match expression {
            Expression::Literal(Lit::Int(literal)) => {
                let value = literal.base10_parse().ok()?;
                let name = self.name(value);
                Some((value, quote!(#name)))
            }
            Expression::Binary(left, operator, _, right) => {
                let ((a, left), (b, right)) = (self.typed(left)?, self.typed(right)?);
                let value = match operator {
                    Operator::Plus => a.checked_add(b)?,
                    Operator::Minus => a.checked_sub(b)?,
                    Operator::Times => a.checked_mul(b)?,
                    Operator::Over => a.checked_div(b)?,
                    Operator::Modulo => a.checked_rem(b)?,
                };
                Some((value, operation(*operator, &left, &right)))
            }
            _ => None,
        }
    }
}

/// `Sum<left, right>` and its like.
fn operation(operator: Operator, left: &TokenStream, right: &TokenStream) -> TokenStream {
    let name = match operator {
        Operator::Plus => quote!(Sum),
        Operator::Minus => quote!(Diff),
        Operator::Times => quote!(Prod),
        Operator::Over => quote!(Quot),
        Operator::Modulo => quote!(Mod),
    };
    quote!(__dnn::typenum::#name<#left, #right>)
}

/// `UInt<UInt<UTerm, B1>, B0>` for 2: spelled out, because typenum's own names end at 1024.
fn bits(value: usize) -> TokenStream {
    if value == 0 {
        return quote!(__dnn::typenum::UTerm);
    }
    let high = bits(value / 2);
    let bit = if value.is_multiple_of(2) { quote!(B0) } else { quote!(B1) };
    quote!(__dnn::typenum::UInt<#high, __dnn::typenum::#bit>)
}
