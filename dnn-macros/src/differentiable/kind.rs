//! What a type of a signature is: a tensor, what may be the alias of one, or something that has no gradient.

use super::shape::Length;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashSet;
use syn::{Expr, ExprLit, GenericArgument, Lit, PathArguments, Type};

/// The words of a signature that mean something.
#[derive(Default)]
pub(super) struct Words<'a> {
    pub(super) generic: Option<&'a Ident>,
    /// Const parameters.
    pub(super) lengths: Vec<Ident>,
    /// Arguments that have fields or variants.
    pub(super) structs: HashSet<String>,
}

/// Words of the standard library, and of this one, that are no aliases of tensors.
const CONTAINERS: &[&str] = &[
    "Arc",
    "Box",
    "Cell",
    "Class",
    "HashMap",
    "HashSet",
    "Option",
    "PhantomData",
    "Rc",
    "RefCell",
    "Result",
    "String",
    "Vec",
];

/// Words of numbers in which nothing is differentiated.
pub(super) const OTHERS: &[&str] = &[
    "bool", "char", "f16", "f128", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize",
];

/// What a type is, seen from its innermost word.
pub(super) enum Kind {
    /// An array of the scalar with lengths that are numbers or const parameters.
    Tensor(Vec<Length>),
    /// An array of the scalar with a length that rustc evaluates, or what may be an alias of one.
    Opaque,
    /// Something that has no gradient.
    Other,
}

impl Words<'_> {
    /// The innermost type, which may be a scalar.
    pub(super) fn innermost<'t>(&self, ty: &'t Type) -> &'t Type {
        match ty {
            Type::Array(array) => self.innermost(&array.elem),
            Type::Reference(reference) => self.innermost(&reference.elem),
            Type::Paren(inner) => self.innermost(&inner.elem),
            Type::Group(inner) => self.innermost(&inner.elem),
            other => other,
        }
    }

    pub(super) fn is_scalar(&self, ty: &Type) -> bool {
        let Type::Path(path) = ty else { return false };
        let Some(word) = path.path.get_ident() else { return false };
        word == "f32" || word == "f64" || Some(word) == self.generic
    }

    /// What may be the alias of a tensor: a path that is no integer and the like, whose arguments are scalars and lengths.
    pub(super) fn may_be_alias(&self, ty: &Type) -> bool {
        let Type::Path(path) = ty else { return false };
        let Some(last) = path.path.segments.last() else { return false };
        let word = last.ident.to_string();
        let fits = match &last.arguments {
            PathArguments::None => true,
            PathArguments::AngleBracketed(list) => list.args.iter().all(|argument| match argument {
                GenericArgument::Type(ty) => self.is_scalar(ty),
                GenericArgument::Const(_) => true,
                _ => false,
            }),
            PathArguments::Parenthesized(_) => false,
        };
        fits && word.chars().next().is_some_and(char::is_uppercase) && !CONTAINERS.contains(&&*word)
    }

    pub(super) fn kind(&self, ty: &Type) -> Kind {
        let innermost = self.innermost(ty);
        if self.may_be_alias(innermost) && !self.is_scalar(innermost) {
            return Kind::Opaque;
        }
        if !self.is_scalar(innermost) {
            return Kind::Other;
        }
        let (mut lengths, mut ty) = (Vec::new(), ty);
        loop {
            match ty {
                Type::Array(array) => match self.length(&array.len) {
                    Some(length) => {
                        lengths.push(length);
                        ty = &array.elem;
                    }
                    None => return Kind::Opaque,
                },
                Type::Paren(inner) => ty = &inner.elem,
                Type::Group(inner) => ty = &inner.elem,
                _ => return Kind::Tensor(lengths),
            }
        }
    }

    fn length(&self, length: &Expr) -> Option<Length> {
        match length {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok().map(Length::Number),
            Expr::Path(path) => {
                let word = path.path.get_ident()?;
                self.lengths.contains(word).then(|| Length::Parameter(word.clone()))
            }
            Expr::Group(group) => self.length(&group.expr),
            Expr::Paren(paren) => self.length(&paren.expr),
            Expr::Block(block) => match &block.block.stmts[..] {
                [syn::Stmt::Expr(only, None)] => self.length(only),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The names of which a body reads a field, or that it compares with a variant, `mode == Mode::Sum`: these are no tensors.
pub(super) fn structs(body: TokenStream) -> HashSet<String> {
    let mut names = HashSet::new();
    let trees: Vec<TokenTree> = body.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let name = match tree {
            TokenTree::Group(group) => {
                names.extend(structs(group.stream()));
                continue;
            }
            TokenTree::Ident(name) => name.to_string(),
            _ => continue,
        };
        let behind = |places: usize| trees.get(at + places);
        let sign = |places: usize, signs: &[char]| matches!(behind(places), Some(TokenTree::Punct(sign)) if signs.contains(&sign.as_char()));
        let word = |places: usize| matches!(behind(places), Some(TokenTree::Ident(_)));
        let call = matches!(behind(3), Some(TokenTree::Group(call)) if call.delimiter() == Delimiter::Parenthesis);
        let field = sign(1, &['.']) && word(2) && !call;
        let variant = sign(1, &['=', '!']) && sign(2, &['=']) && word(3) && sign(4, &[':']) && sign(5, &[':']);
        if field || variant {
            names.insert(name);
        }
    }
    names
}

/// A reference within an array, or behind another one, to a scalar or an array.
pub(super) fn reference(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(reference) => {
            let words = Words::default();
            (matches!(*reference.elem, Type::Array(_)) || words.is_scalar(&reference.elem)).then_some(ty)
        }
        Type::Array(array) => reference(&array.elem),
        Type::Paren(inner) => reference(&inner.elem),
        _ => None,
    }
}

/// The element of a slice or a vector, whose lengths no type knows.
pub(super) fn unsized_element(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Slice(slice) => Some(slice.elem.to_token_stream()),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.ident == "Vec" => match &last.arguments {
                PathArguments::AngleBracketed(list) => list.args.first().map(ToTokens::to_token_stream),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
