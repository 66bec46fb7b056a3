//! The layers between the braces, read with recovery: a mistake in one is noted and the next one is read.

use super::{Argument, Brackets, Constants, Expression, Item, brackets};
use crate::error::Errors;
use proc_macro2::{Group, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, Path, PathSegment, Token, parenthesized};

/// All layers of a body. Constants are bound first, so that a header and every layer may use them.
pub(super) fn all(body: ParseStream<'_>, constants: &mut Constants, errors: &mut Errors) -> syn::Result<Vec<Item>> {
    let mut raw = Vec::new();
    while !body.is_empty() {
        if body.peek(Token![const]) {
            match body.parse::<syn::ItemConst>() {
                Ok(item) => constants.define(&item, errors),
                Err(error) => {
                    errors.add(error);
                    skip_item(body)?;
                }
            }
            continue;
        }
        if body.peek(Token![fn]) {
            errors.add(body.error("a network is a chain of layers: `fn forward` is not supported"));
            while !body.is_empty() {
                body.parse::<TokenTree>()?;
            }
            break;
        }
        match Raw::parse(body) {
            Ok(item) => {
                let name = item.word();
                raw.push(item);
                if body.peek(Token![,]) {
                    body.parse::<Token![,]>()?;
                } else if !body.is_empty() {
                    errors.add(body.error(format!("a comma is missing behind `{name}`: write `,`")));
                    if !body.peek(Ident::peek_any) && !body.peek(Token![#]) {
                        skip_item(body)?;
                    }
                }
            }
            Err(error) => {
                errors.add(error);
                skip_item(body)?;
            }
        }
    }
    Ok(raw.into_iter().enumerate().map(|(position, item)| item.finish(position, constants, errors)).collect())
}

/// Passes over tokens up to and with the next comma or semicolon.
fn skip_item(body: ParseStream<'_>) -> syn::Result<()> {
    while !body.is_empty() {
        if let TokenTree::Punct(punct) = body.parse()?
            && matches!(punct.as_char(), ',' | ';')
        {
            break;
        }
    }
    Ok(())
}

/// An item whose arguments are still tokens.
struct Raw {
    attributes: Vec<Attribute>,
    name: Option<Ident>,
    path: Path,
    generics: Option<TokenStream>,
    hyper: Option<TokenStream>,
    output: Option<Brackets>,
}

impl Parse for Raw {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let named = input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]);
        let name = if named {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![:]>()?;
            Some(name)
        } else {
            None
        };
        if input.peek(syn::token::Bracket) {
            return Err(input.error("a layer stands here by itself: repetition in brackets is not supported"));
        }
        let path = path(input)?;
        let generics = if input.peek(Token![<]) { Some(angle_brackets(input)?) } else { None };
        let hyper = if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            Some(content.parse()?)
        } else {
            None
        };
        let output = if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            Some(brackets(input, "the layer's output")?)
        } else {
            None
        };
        Ok(Raw { attributes, name, path, generics, hyper, output })
    }
}

/// `Linear`, `crate::layers::Gate`: a path without arguments.
fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    let leading_colon = input.parse()?;
    let mut segments = syn::punctuated::Punctuated::new();
    loop {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a layer, such as `Linear<784, 10>`"));
        }
        segments.push_value(PathSegment::from(input.call(Ident::parse_any)?));
        if !input.peek(Token![::]) {
            return Ok(Path { leading_colon, segments });
        }
        segments.push_punct(input.parse()?);
    }
}

/// The tokens between `<` and the `>` that belongs to it.
fn angle_brackets(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let open = input.parse::<Token![<]>()?;
    let (mut tokens, mut depth, mut arrow) = (TokenStream::new(), 1, false);
    while !input.is_empty() {
        let tree: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &tree {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth -= 1,
                _ => {}
            }
            arrow = punct.as_char() == '-';
        } else {
            arrow = false;
        }
        if depth == 0 {
            return Ok(tokens);
        }
        tokens.extend([tree]);
    }
    Err(syn::Error::new(open.span, "this `<` has no `>`"))
}

impl Raw {
    /// What a message calls it.
    fn word(&self) -> String {
        match (&self.name, self.path.segments.last()) {
            (Some(name), _) => name.to_string(),
            (None, Some(segment)) => segment.ident.to_string(),
            (None, None) => String::new(),
        }
    }

    fn finish(self, position: usize, constants: &Constants, errors: &mut Errors) -> Item {
        let word = self.word();
        let (docs, others): (Vec<_>, Vec<_>) = self.attributes.into_iter().partition(|a| a.path().is_ident("doc"));
        for other in others {
            let span = syn::spanned::Spanned::span(other.path());
            errors.push(
                span,
                format!("only documentation stands before a layer: move this attribute away from `{word}`"),
            );
        }
        let builtin = self.path.get_ident().is_some_and(|word| crate::layers::find(&word.to_string()).is_some());
        let lengths = match &self.generics {
            Some(tokens) if builtin => arguments(tokens.clone(), errors),
            _ => Vec::new(),
        };
        let hyper = self.hyper.map_or(Vec::new(), |tokens| arguments(tokens, errors));
        let output = self.output.map(|shape| shape.evaluate(&format!("the output of `{word}`"), constants, errors));
        let generics = self.generics.map(|tokens| substitute(tokens, constants));
        let mut item =
            Item { position, docs, name: self.name, path: self.path, generics, arguments: lengths, hyper, output };
        for argument in item.arguments.iter_mut().chain(&mut item.hyper) {
            argument.value = argument.value.resolved(constants);
        }
        item
    }
}

/// `784, 128, bias = false`
fn arguments(tokens: TokenStream, errors: &mut Errors) -> Vec<Argument> {
    let read = |input: ParseStream<'_>| {
        let mut list = Vec::new();
        while !input.is_empty() {
            let key = if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                let key = input.call(Ident::parse_any)?;
                input.parse::<Token![=]>()?;
                Some(key)
            } else {
                None
            };
            list.push(Argument { key, value: input.parse::<Expression>()? });
            if input.is_empty() {
                break;
            }
            if !input.peek(Token![,]) {
                return Err(input.error("a comma is missing between arguments: write `,`"));
            }
            input.parse::<Token![,]>()?;
        }
        Ok(list)
    };
    read.parse2(tokens).map_err(|error| errors.add(error)).unwrap_or_default()
}

/// The arguments of a user's own layer with the block's names replaced by numbers, since the names are not items.
fn substitute(tokens: TokenStream, constants: &Constants) -> TokenStream {
    tokens
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Ident(word) => match constants.value(&word) {
                Some(value) => {
                    let mut literal = proc_macro2::Literal::usize_unsuffixed(value as usize);
                    literal.set_span(word.span());
                    TokenTree::Literal(literal)
                }
                None => TokenTree::Ident(word),
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), substitute(group.stream(), constants));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}
