//! The layers between the braces, read with recovery: a mistake in one is noted and the next one is read.

use super::forward::{self, Forward};
use super::length::parenthesized_parameters;
use super::{Argument, Brackets, Constants, Expression, Item, brackets};
use crate::error::{Errors, Place};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Lit, Path, PathSegment, Token, bracketed, parenthesized};

/// What stands between the braces.
pub(super) struct Body {
    /// The layers; those that `fn forward` writes where it calls them stand behind.
    pub(super) items: Vec<Item>,
    /// How many of them are declared.
    pub(super) declared: usize,
    /// How they are wired, where that is said.
    pub(super) forward: Option<Forward>,
}

/// All layers of a body, and how they are wired, where that is said. Constants are bound first, so that a header and every
/// layer may use them.
pub(super) fn all(body: ParseStream<'_>, constants: &mut Constants, errors: &mut Errors) -> syn::Result<Body> {
    let (mut raw, mut unread): (_, Option<forward::Unread>) = (Vec::new(), None);
    while !body.is_empty() {
        if body.peek(Token![const]) && !body.peek2(Token![:]) {
            match body.parse::<syn::ItemConst>() {
                Ok(item) => drop(constants.define(&item, errors)),
                Err(error) => {
                    errors.push(error.span(), "a constant is written `const HIDDEN: usize = 128;`");
                    skip_item(body)?;
                }
            }
            continue;
        }
        if body.peek(Token![fn]) && !body.peek2(Token![:]) {
            let place = body.span();
            let read = match forward::head(body, errors) {
                Ok(read) => read,
                Err(error) => {
                    errors.add(error);
                    body.parse::<TokenStream>()?;
                    forward::Unread::nothing(place)
                }
            };
            if unread.is_some() {
                errors.push(read.span(), "`fn forward` is there twice: remove one");
            }
            unread.get_or_insert(read);
            continue;
        }
        match Raw::parse(body, errors) {
            Ok(item) => {
                let name = item.word();
                raw.push(item);
                if body.peek(Token![,]) {
                    body.parse::<Token![,]>()?;
                } else if body.peek(Token![>]) {
                    errors.add(body.error("this `>` closes nothing: remove it"));
                    skip_item(body)?;
                } else if !body.is_empty() {
                    errors.add(body.error(format!("a comma is missing behind `{name}`: write `,`")));
                    if !body.peek(Ident::peek_any) && !body.peek(Token![#]) {
                        skip_item(body)?;
                    }
                }
            }
            Err(error) => {
                raw.push(Raw::unreadable(error.span()));
                errors.add(error);
                skip_item(body)?;
            }
        }
    }
    let finish = |(position, item): (usize, Raw)| item.finish(position, constants, errors);
    let mut items: Vec<Item> = raw.into_iter().enumerate().map(finish).collect();
    let declared = items.len();
    let forward = unread.map(|unread| unread.read(&mut items, constants, errors));
    Ok(Body { items, declared, forward })
}

/// Passes over tokens up to and with the next comma or semicolon.
pub(super) fn skip_item(body: ParseStream<'_>) -> syn::Result<()> {
    while !body.is_empty() {
        if let TokenTree::Punct(punct) = body.parse()?
            && matches!(punct.as_char(), ',' | ';')
        {
            break;
        }
    }
    Ok(())
}

/// An item whose arguments are still tokens, with the end of their brackets.
pub(super) struct Raw {
    attributes: Vec<Attribute>,
    name: Option<Ident>,
    borrowed: Option<Span>,
    path: Path,
    generics: Option<(TokenStream, Span)>,
    hyper: Option<(TokenStream, Span)>,
    count: Option<Expression>,
    output: Option<Brackets>,
    unreadable: bool,
}

impl Raw {
    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Raw> {
        let attributes = input.call(Attribute::parse_outer)?;
        if input.peek(Token![pub]) && !input.peek2(Token![:]) {
            let visibility: syn::Visibility = input.parse()?;
            errors.add(syn::Error::new_spanned(visibility, "the field of every layer is public: remove this"));
        }
        let name = name(input, errors)?;
        let borrowed = if input.peek(Token![&]) { Some(reference(input, errors)?) } else { None };
        let repeated;
        let inner = if input.peek(syn::token::Bracket) {
            bracketed!(repeated in input);
            Some(&repeated)
        } else {
            None
        };
        let mut raw = match inner {
            Some(inner) => within(inner, |inner| Raw::layer(attributes, name, inner, errors))?,
            None => Raw::layer(attributes, name, input, errors)?,
        };
        raw.borrowed = borrowed;
        if let Some(inner) = inner {
            raw.count = Some(within(inner, |inner| count(&raw, inner))?);
        }
        if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            raw.output = Some(brackets(input, "the layer's output", errors)?);
        }
        Ok(raw)
    }

    /// `Linear<784, 128>(..)`
    fn layer(
        attributes: Vec<Attribute>,
        name: Option<Ident>,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Raw> {
        let path = path(input, errors)?;
        let generics = if input.peek(Token![<]) { Some(angle_brackets(input)?) } else { None };
        let hyper = if input.peek(syn::token::Paren) {
            let group: Group = input.parse()?;
            Some((group.stream(), group.span_close()))
        } else {
            None
        };
        Ok(Raw {
            attributes,
            name,
            borrowed: None,
            path,
            generics,
            hyper,
            count: None,
            output: None,
            unreadable: false,
        })
    }

    /// A layer in `fn forward`.
    pub(super) fn written(
        path: Path,
        generics: Option<(TokenStream, Span)>,
        hyper: Option<(TokenStream, Span)>,
    ) -> Raw {
        let (attributes, name, borrowed, count, output) = Default::default();
        Raw { attributes, name, borrowed, path, generics, hyper, count, output, unreadable: false }
    }

    /// The place of a layer that could not be read.
    fn unreadable(span: Span) -> Raw {
        let path = Ident::new("unreadable", span).into();
        let (attributes, name, borrowed, generics, hyper, count, output) = Default::default();
        Raw { attributes, name, borrowed, path, generics, hyper, count, output, unreadable: true }
    }
}

/// `fc1:`, where a layer has a name.
fn name(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Ident>> {
    if !input.peek(Ident::peek_any) || input.peek2(Token![::]) {
        return Ok(None);
    }
    let ahead = input.fork();
    let name = ahead.call(Ident::parse_any)?;
    // A name begins with a small letter, so what follows `Relu` is the next layer, behind a missing comma.
    let is_small = name.to_string().starts_with(|first: char| first.is_lowercase() || first == '_');
    if !input.peek2(Token![:]) {
        let meant = is_small && (input.peek2(Token![=]) || input.peek2(Ident) && !input.peek3(Token![:]));
        if !meant {
            return Ok(None);
        }
        let place = ahead.span();
        if ahead.peek(Token![=]) {
            ahead.parse::<Token![=]>()?;
        }
        let layer = ahead.call(Ident::parse_any).map_or("Layer".to_owned(), |word| word.to_string());
        errors.push(place, format!("a colon is missing behind `{name}`: write `{name}: {layer}`"));
    }
    input.call(Ident::parse_any)?;
    if input.peek(Token![:]) || input.peek(Token![=]) {
        input.parse::<TokenTree>()?;
    }
    Ok(Some(name))
}

/// `&'static` before a layer that lies outside of the network, and where it stands.
fn reference(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Span> {
    let span = input.parse::<Token![&]>()?.span;
    let lifetime: Option<syn::Lifetime> = input.parse()?;
    if lifetime.is_none() && input.peek(Token![mut]) {
        let word: Token![mut] = input.parse()?;
        let message = "a layer behind a reference is frozen, and lasts as long as the program: write `&'static`";
        errors.push(Place::from(span).to(word.span.into()), message);
        return Ok(span);
    }
    if lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
        let place = lifetime.map_or(span, |lifetime| lifetime.span());
        errors.push(place, "a layer behind a reference lasts as long as the program: write `&'static`");
    }
    if input.peek(Token![mut]) {
        let word: Token![mut] = input.parse()?;
        errors.push(word.span, "a layer behind a reference is frozen: remove `mut`");
    }
    Ok(span)
}

/// Reads what stands in brackets; what is left after a mistake is no second one.
pub(super) fn within<R>(
    input: ParseStream<'_>,
    read: impl FnOnce(ParseStream<'_>) -> syn::Result<R>,
) -> syn::Result<R> {
    let result = read(input);
    if result.is_err() {
        input.parse::<TokenStream>()?;
    }
    result
}

/// `; 4` behind a layer in brackets.
fn count(raw: &Raw, inner: ParseStream<'_>) -> syn::Result<Expression> {
    let word = raw.path.segments.last().map_or(String::new(), |segment| segment.ident.to_string());
    if !inner.peek(Token![;]) {
        let message = match inner.peek(Token![->]) {
            true => format!("a layer that is repeated gives what it takes: write `[{word}; 4]` without an arrow"),
            false => format!("a number is missing behind the layer that is repeated: write `[{word}; 4]`"),
        };
        return Err(syn::Error::new(inner.span(), message));
    }
    inner.parse::<Token![;]>()?;
    let count = value(inner)?;
    if !inner.is_empty() {
        return Err(inner.error("expected `]` behind the number of repetitions"));
    }
    Ok(count)
}

/// `Linear`, `crate::layers::Gate`: a path without arguments.
pub(super) fn path(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Path> {
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
        let colons: Token![::] = input.parse()?;
        if input.peek(Token![<]) {
            errors.add(syn::Error::new_spanned(colons, "nothing stands between a layer and its `<`: remove `::`"));
            return Ok(Path { leading_colon, segments });
        }
        segments.push_punct(colons);
    }
}

/// The tokens between `<` and the `>` that belongs to it, and where that is.
pub(super) fn angle_brackets(input: ParseStream<'_>) -> syn::Result<(TokenStream, Span)> {
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
            return Ok((tokens, tree.span()));
        }
        tokens.extend([tree]);
    }
    Err(syn::Error::new(open.span, "this `<` is not closed: write `>` behind the last argument"))
}

impl Item {
    /// A layer without a name: what an operator stands for.
    pub(super) fn word(position: usize, word: &str, span: Span, hyper: Vec<Argument>) -> Item {
        let raw = Raw::written(Ident::new(word, span).into(), None, None);
        Item { hyper, ..raw.finish(position, &Constants::default(), &mut Errors::default()) }
    }
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

    pub(super) fn finish(self, position: usize, constants: &Constants, errors: &mut Errors) -> Item {
        let word = self.word();
        let (docs, others): (Vec<_>, Vec<_>) = self.attributes.into_iter().partition(|a| a.path().is_ident("doc"));
        let (mut frozen, mut recompute) = (None, None);
        for other in others {
            let span = syn::spanned::Spanned::span(other.path());
            if other.path().is_ident("recompute") {
                if other.meta.require_path_only().is_err() || recompute.replace(span).is_some() {
                    errors
                        .push(span, format!("what `{word}` keeps is computed again or not: write `#[recompute]` once"));
                }
            } else if !other.path().is_ident("frozen") {
                let message = "only documentation, `#[frozen]` and `#[recompute]` stand before a layer";
                errors.push(span, format!("{message}: remove this attribute from `{word}`"));
            } else if other.meta.require_path_only().is_err() {
                errors.push(span, format!("a layer is frozen as a whole: write `#[frozen]` before `{word}`"));
            } else if frozen.replace(span).is_some() {
                errors.push(span, format!("`{word}` is frozen twice: remove one `#[frozen]`"));
            }
        }
        let builtin = self.path.get_ident().is_some_and(|word| crate::layers::find(&word.to_string()).is_some());
        let list = |(tokens, end), errors: &mut Errors| {
            let mut list = arguments(tokens, end, errors);
            list.iter_mut().for_each(|argument| argument.value = argument.value.resolved(constants));
            list
        };
        let lengths = match &self.generics {
            Some((tokens, end)) if self.path.is_ident(crate::layers::VALUE) => {
                list((spliced(tokens.clone()), *end), errors)
            }
            Some(generics) if builtin => list(generics.clone(), errors),
            _ => Vec::new(),
        };
        let hyper = self.hyper.map_or(Vec::new(), |hyper| list(hyper, errors));
        let count = self
            .count
            .and_then(|count| count.positive(&format!("`{word}`: the number of repetitions"), constants, errors));
        let output = self.output.map(|shape| shape.evaluate(&format!("the output of `{word}`"), constants, errors));
        Item {
            position,
            docs,
            name: self.name,
            path: self.path,
            generics: self.generics.map(|(tokens, _)| substitute(tokens, constants)),
            arguments: lengths,
            hyper,
            count,
            output,
            parameter: None,
            constants: constants.clone(),
            frozen: frozen.or(self.borrowed),
            borrowed: self.borrowed.is_some(),
            recompute,
            unreadable: self.unreadable,
        }
    }
}

/// `784, 128, bias = false`, closed at `end`. What cannot be read is noted, and the next argument is read.
pub(super) fn arguments(tokens: TokenStream, end: Span, errors: &mut Errors) -> Vec<Argument> {
    // In parentheses again, so that a message about something missing points to the end.
    let mut group = Group::new(Delimiter::Parenthesis, parenthesized_parameters(tokens));
    group.set_span(end);
    let read = |input: ParseStream<'_>| {
        let list;
        parenthesized!(list in input);
        let mut arguments = Vec::new();
        while !list.is_empty() {
            let key = key(&list)?;
            match value(&list) {
                Ok(value) => arguments.push(Argument { key, value }),
                Err(error) => {
                    arguments.push(Argument { key, value: Expression::Unreadable(error.span()) });
                    errors.add(error);
                    skip_item(&list)?;
                    continue;
                }
            }
            if list.peek(Token![,]) {
                list.parse::<Token![,]>()?;
            } else if !list.is_empty() {
                errors.add(list.error("a comma is missing between arguments: write `,`"));
                if !list.peek(Ident) && !list.peek(Lit) {
                    skip_item(&list)?;
                }
            }
        }
        Ok(arguments)
    };
    read.parse2(TokenTree::Group(group).into()).map_err(|error| errors.add(error)).unwrap_or_default()
}

/// A shape in brackets at the beginning as its lengths: `[16, 8], ..` as `16, 8, ..`.
fn spliced(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter();
    match trees.next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            group.stream().into_iter().chain(trees).collect()
        }
        first => first.into_iter().chain(trees).collect(),
    }
}

/// `bias =`, where an argument has a key.
fn key(input: ParseStream<'_>) -> syn::Result<Option<Ident>> {
    if !(input.peek(Ident::peek_any) && input.peek2(Token![=])) {
        return Ok(None);
    }
    let key = input.call(Ident::parse_any)?;
    input.parse::<Token![=]>()?;
    Ok(Some(key))
}

fn value(input: ParseStream<'_>) -> syn::Result<Expression> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(input.span(), "a value is missing: write a number or a name"));
    }
    if !input.peek(syn::token::Bracket) {
        return input.parse();
    }
    let list;
    let brackets = bracketed!(list in input);
    let mut values = Vec::new();
    while !list.is_empty() {
        values.push(list.parse()?);
        if list.is_empty() {
            break;
        }
        if !list.peek(Token![,]) {
            let error = list.error("a comma is missing between the numbers of a list: write `,`");
            list.parse::<TokenStream>()?; // tokens that are left would be a second mistake
            return Err(error);
        }
        list.parse::<Token![,]>()?;
    }
    Ok(Expression::List(brackets.span.join(), values))
}

/// The arguments of a user's own layer with the block's names replaced by numbers, since the names are not items.
fn substitute(tokens: TokenStream, constants: &Constants) -> TokenStream {
    tokens
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Ident(word) => match constants.value(&word) {
                Some(value) => {
                    let mut literal = proc_macro2::Literal::usize_unsuffixed(value.unwrap_or(1) as usize);
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
