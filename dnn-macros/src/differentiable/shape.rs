//! Shapes in functions: known to the macro, or evaluated by rustc.

use super::proofs::Proofs;
use crate::layers::Algebra;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::HashMap;
use std::fmt;
use std::ops::Mul;

/// The length of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// A number.
    Number(usize),
    /// A const parameter of the function, which is only equal to itself.
    Parameter(Ident),
}

impl Length {
    /// Whether it is repeated where it meets another one.
    pub(crate) fn is_one(&self) -> bool {
        *self == Length::Number(1)
    }

    /// The number, where it is one.
    pub(crate) fn number(&self) -> Option<usize> {
        match self {
            Length::Number(number) => Some(*number),
            Length::Parameter(_) => None,
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Number(number) => write!(f, "{number}"),
            Length::Parameter(name) => write!(f, "{name}"),
        }
    }
}

impl ToTokens for Length {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Length::Number(number) => Literal::usize_unsuffixed(*number).to_tokens(tokens),
            Length::Parameter(name) => name.to_tokens(tokens),
        }
    }
}

/// The shape of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The lengths of its axes.
    Known(Vec<Length>),
    /// What rustc evaluates, by its number: an alias, a constant, the result of another function, and what is made of them.
    Opaque(usize),
}

impl Shape {
    /// The shape of a number.
    pub(crate) const SCALAR: Shape = Shape::Known(Vec::new());

    /// Whether it is known to be a number.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Shape::Known(lengths) if lengths.is_empty())
    }

    /// Its lengths, where they are known.
    pub(crate) fn lengths(&self) -> Option<&[Length]> {
        match self {
            Shape::Known(lengths) => Some(lengths),
            Shape::Opaque(_) => None,
        }
    }

    /// The number of the rule that rustc evaluates for it.
    pub(crate) fn rule(&self) -> Option<usize> {
        match self {
            Shape::Known(_) => None,
            Shape::Opaque(number) => Some(*number),
        }
    }

    /// Its numbers, where all are known.
    pub(crate) fn numbers(&self) -> Option<Vec<usize>> {
        self.lengths()?.iter().map(Length::number).collect()
    }

    /// Whether it has a const parameter, so that no constant can name it.
    pub(crate) fn is_generic(&self) -> bool {
        self.lengths().is_some_and(|lengths| lengths.iter().any(|length| length.number().is_none()))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Known(lengths) => {
                let lengths: Vec<String> = lengths.iter().map(Length::to_string).collect();
                write!(f, "[{}]", lengths.join(", "))
            }
            Shape::Opaque(_) => f.write_str("[..]"),
        }
    }
}

/// The array type of lengths.
pub(crate) fn array(lengths: &[Length], scalar: &TokenStream) -> TokenStream {
    lengths.iter().rev().fold(scalar.clone(), |inner, length| quote!([#inner; #length]))
}

/// The shapes that rustc evaluates, each a constant, and what it checks.
#[derive(Default)]
pub(crate) struct Constants {
    pub(crate) proofs: Proofs,
    list: Vec<(TokenStream, Span)>,
    /// The number of each by its text.
    numbers: HashMap<String, usize>,
    /// The other functions that are called.
    callees: Vec<syn::Path>,
}

impl Constants {
    /// The shape of an expression that rustc evaluates; the same text is the same shape.
    pub(crate) fn shape(&mut self, expression: TokenStream, span: Span) -> Shape {
        let next = self.list.len();
        let number = *self.numbers.entry(expression.to_string()).or_insert(next);
        if number == next {
            self.list.push((expression, span));
        }
        Shape::Opaque(number)
    }

    /// The name under which generated code knows another function.
    pub(crate) fn callee(&mut self, path: &syn::Path) -> Ident {
        let text = |path: &syn::Path| path.to_token_stream().to_string();
        let at = self.callees.iter().position(|own| text(own) == text(path)).unwrap_or(self.callees.len());
        if at == self.callees.len() {
            self.callees.push(path.clone());
        }
        callee(at, path)
    }

    /// The other functions under their names, around items that call them: what is no differentiable function has no type of
    /// its name, so that the one of the outer block is found.
    pub(crate) fn within_callees(&self, items: TokenStream) -> TokenStream {
        if self.callees.is_empty() {
            return items;
        }
        let names = self.callees.iter().enumerate().map(|(at, path)| callee(at, path));
        let imports = self.callees.iter().zip(names.clone()).map(|(path, name)| {
            let span = name.span();
            quote_spanned!(span=> #[allow(unused_imports)] use #path as #name;)
        });
        quote! {
            #(#[allow(unused_imports)] use __dnn::functions::call::Ordinary as #names;)*
            const _: () = {
                #(#imports)*
                #items
            };
        }
    }

    /// The constants, as items of the generated code. Where a rule does not hold, its own type is an error, and rustc is
    /// silent about everything that is made of it.
    pub(crate) fn items(&self) -> TokenStream {
        let items = self.list.iter().enumerate().map(|(at, (expression, span))| {
            let (name, alias, holds) = (constant(at), alias(at), holds(at));
            let expression = crate::emit::spanned(expression.clone(), &|_| *span);
            let rank = quote!({ #name.rank() });
            let lengths = (0..6usize).map(|axis| quote!({ #name.dim(#axis) }));
            quote_spanned! {*span=>
                type #holds<__X> = <__dnn::functions::shape::Rule<{ __dnn::functions::shape::holds(#expression) }> as __dnn::functions::shape::Holds>::Same<__X>;
                const #name: #holds<__dnn::functions::shape::Shape> = #expression;
                type #alias<__S> = <__dnn::functions::shape::Dims<#rank, #(#lengths),*> as __dnn::functions::shape::Nest<__S>>::Array;
            }
        });
        items.chain([self.proofs.items()]).collect()
    }
}

fn constant(number: usize) -> Ident {
    format_ident!("__SHAPE{number}")
}

fn alias(number: usize) -> Ident {
    format_ident!("__Tensor{number}")
}

/// What is itself where the rule of this number holds.
pub(crate) fn holds(number: usize) -> Ident {
    format_ident!("__Holds{number}")
}

fn callee(number: usize, path: &syn::Path) -> Ident {
    let span = path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
    format_ident!("__callee{number}", span = span)
}

/// A shape as a constant expression of the run time's word.
pub(crate) fn expression(shape: &Shape) -> TokenStream {
    match shape {
        Shape::Known(lengths) => quote!(__dnn::functions::shape::Shape::new(&[#(#lengths),*])),
        Shape::Opaque(number) => constant(*number).into_token_stream(),
    }
}

/// The type of a tensor of this shape.
pub(crate) fn tensor(shape: &Shape, scalar: &TokenStream) -> TokenStream {
    match shape {
        Shape::Known(lengths) => array(lengths, scalar),
        Shape::Opaque(number) => {
            let alias = alias(*number);
            quote!(#alias<#scalar>)
        }
    }
}

/// The number of elements as an expression that can be the length of an array; there is none where const parameters are
/// multiplied.
pub(crate) fn elements(shape: &Shape) -> Option<TokenStream> {
    match shape {
        Shape::Known(lengths) => match &lengths[..] {
            [only] => Some(quote!(#only)),
            _ => {
                let count = Literal::usize_unsuffixed(shape.numbers()?.iter().product());
                Some(quote!(#count))
            }
        },
        Shape::Opaque(number) => {
            let name = constant(*number);
            Some(quote!((#name.len())))
        }
    }
}

/// The length of one axis as an expression.
pub(crate) fn length(shape: &Shape, axis: usize) -> TokenStream {
    match shape {
        Shape::Known(lengths) => lengths.get(axis).map_or(quote!(1), |length| quote!(#length)),
        Shape::Opaque(number) => {
            let name = constant(*number);
            quote!({ #name.dim(#axis) })
        }
    }
}

/// The length of one axis in a proof; 1 where a known shape has no such axis.
pub(crate) fn term(shape: &Shape, axis: usize) -> Algebra {
    match shape {
        Shape::Known(lengths) => match lengths.get(axis) {
            Some(Length::Parameter(name)) => Algebra::Evaluated(name.into_token_stream()),
            Some(Length::Number(number)) => Algebra::Number(*number),
            None => Algebra::Number(1),
        },
        Shape::Opaque(number) => {
            let name = constant(*number);
            Algebra::Evaluated(quote!(#name.dim(#axis)))
        }
    }
}

/// The length of an axis that is counted from the last one, 0, in a proof.
pub(crate) fn term_from_last(shape: &Shape, axis: usize) -> Algebra {
    match shape {
        Shape::Known(lengths) => {
            lengths.len().checked_sub(axis + 1).map_or(Algebra::Number(1), |axis| term(shape, axis))
        }
        Shape::Opaque(number) => {
            let name = constant(*number);
            Algebra::Evaluated(quote!(#name.from_last(#axis)))
        }
    }
}

/// The number of elements in a proof, as rustc counts them.
pub(crate) fn count(shape: &Shape) -> Algebra {
    match shape {
        Shape::Known(_) => product(shape),
        Shape::Opaque(number) => {
            let name = constant(*number);
            Algebra::Evaluated(quote!(#name.len()))
        }
    }
}

/// The number of elements in a proof, as typenum multiplies the lengths; those behind the last one are 1.
pub(crate) fn product(shape: &Shape) -> Algebra {
    let rank = shape.lengths().map_or(6, <[Length]>::len);
    (0..rank).map(|axis| term(shape, axis)).reduce(Mul::mul).unwrap_or(Algebra::Number(1))
}
