//! Numbers and arithmetic in typenum's types: the second proof of every computed length.

use crate::layers::Algebra;
use crate::syntax::{Expression, Operator};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Lit;

/// `UInt<UInt<UTerm, B1>, B0>` for 2: spelled out, because typenum's own aliases end at 1024.
fn number(value: usize) -> TokenStream {
    if value == 0 {
        return quote!(__dnn::typenum::UTerm);
    }
    let high = number(value / 2);
    let bit = if value.is_multiple_of(2) { quote!(B0) } else { quote!(B1) };
    quote!(__dnn::typenum::UInt<#high, __dnn::typenum::#bit>)
}

fn product(factors: &[usize]) -> TokenStream {
    let first = number(factors.first().copied().unwrap_or(1));
    factors.iter().skip(1).fold(first, |left, factor| {
        let right = number(*factor);
        quote!(__dnn::typenum::Prod<#left, #right>)
    })
}

/// The number that typenum's algebra gives, as an expression of type `usize`.
pub(super) fn value(algebra: &Algebra) -> TokenStream {
    let ty = match algebra {
        Algebra::Product(factors) => product(factors),
        Algebra::Quotient(left, right) => {
            let (left, right) = (product(left), product(right));
            quote!(__dnn::typenum::Quot<#left, #right>)
        }
    };
    quote!(<#ty as __dnn::typenum::Unsigned>::USIZE)
}

/// The value of written arithmetic, `4 * HIDDEN`, and its type; `None` for what is no arithmetic, or passes below zero,
/// where typenum's unsigned numbers end.
pub(super) fn arithmetic(expression: &Expression) -> Option<(usize, TokenStream)> {
    let Expression::Binary(..) = expression else { return None };
    let (value, ty) = typed(expression)?;
    Some((value, quote!(<#ty as __dnn::typenum::Unsigned>::USIZE)))
}

fn typed(expression: &Expression) -> Option<(usize, TokenStream)> {
    match expression {
        Expression::Literal(Lit::Int(literal)) => {
            let value = literal.base10_parse().ok()?;
            Some((value, number(value)))
        }
        Expression::Binary(left, operator, _, right) => {
            let ((a, left), (b, right)) = (typed(left)?, typed(right)?);
            Some(match operator {
                Operator::Add => (a.checked_add(b)?, quote!(__dnn::typenum::Sum<#left, #right>)),
                Operator::Subtract => (a.checked_sub(b)?, quote!(__dnn::typenum::Diff<#left, #right>)),
                Operator::Multiply => (a.checked_mul(b)?, quote!(__dnn::typenum::Prod<#left, #right>)),
                Operator::Divide => (a.checked_div(b)?, quote!(__dnn::typenum::Quot<#left, #right>)),
                Operator::Remainder => (a.checked_rem(b)?, quote!(__dnn::typenum::Mod<#left, #right>)),
            })
        }
        _ => None,
    }
}
