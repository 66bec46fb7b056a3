//! `fn forward(x) { .. }`: how layers are wired, read with recovery: a mistake in one statement is noted and the next one is
//! read.
//!
//! ```text
//! forward    =  fn forward ( names ) { { let pattern = term ; } term }
//! pattern    =  name  |  ( name , .. )
//! term       =  product { + product | - product }
//! product    =  factor { * factor | / number }
//! factor     =  - factor  |  number  |  name  |  call  |  ( term , .. )
//! call       =  layer ( terms )  |  layer [ index ] ( terms )  |  Word < lengths > ( hyper-parameters ) ( terms )
//! ```
//!
//! Operators are layers as well: what is left behind this stage are names, numbers and calls.

use super::item::{self, Raw};
use super::length::{parenthesized_parameters, skip_punctuation};
use super::refused::{behind_a_value, changes_nothing, refused};
use super::{Argument, Constants, Expression, Item};
use crate::error::{Errors, Place};
use crate::layers;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Ident, Lit, Token, braced, parenthesized};

/// `fn forward(x) { .. }`
pub(crate) struct Forward {
    /// Its name.
    pub(crate) span: Span,
    /// The names of the inputs.
    pub(crate) inputs: Vec<Ident>,
    /// The statements before the result.
    pub(crate) bindings: Vec<Binding>,
    /// What it returns: one term, or several for several outputs. Nothing where a mistake in it is noted.
    pub(crate) result: Vec<Term>,
    /// The layer that puts several outputs one after the other.
    pub(crate) gather: Option<usize>,
    /// The closing brace.
    pub(crate) end: Span,
    /// Whether all of it could be read.
    pub(crate) readable: bool,
}

/// `let h = ..;` or `let (a, b) = ..;`
pub(crate) struct Binding {
    /// The names; `None` for `_`.
    pub(crate) names: Vec<(Span, Option<Ident>)>,
    /// What they name: as many terms as names, or one that gives as many values.
    pub(crate) values: Vec<Term>,
}

/// A value as it is written.
pub(crate) enum Term {
    /// `h`
    Name(Ident),
    /// `2.0`
    Number(f64, Place),
    /// `conv1(x)`, `Relu(x)`, `a + b`
    Call(Call),
    /// What could not be read; the mistake is noted.
    Unreadable,
}

/// A layer with the values that it takes.
pub(crate) struct Call {
    /// The layer.
    pub(crate) callee: Callee,
    /// What it takes.
    pub(crate) operands: Vec<Term>,
}

/// What is called.
pub(crate) enum Callee {
    /// A declared layer by its name, or one of its repetitions by an index.
    Declared(Ident, Option<(usize, Span)>),
    /// A layer that is written where it is called: its place in the list of layers.
    Written(usize),
}

/// The function with its content still as tokens, since every layer is read before it.
pub(super) struct Unread {
    name: Ident,
    inputs: Vec<Ident>,
    body: Group,
    readable: bool,
}

/// Reads `fn forward(x)` and passes over its content.
pub(super) fn head(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Unread> {
    input.parse::<Token![fn]>()?;
    if !input.peek(Ident) {
        return Err(input.error("expected `forward`: write `fn forward(x) { .. }`"));
    }
    let name: Ident = input.parse()?;
    let mut readable = name == "forward";
    if !readable {
        errors.push(name.span(), format!("`fn {name}` is nothing in a network: write `fn forward(x) {{ .. }}`"));
    }
    if !input.peek(syn::token::Paren) {
        return Err(input.error("the inputs of `fn forward` are missing: write `fn forward(x) { .. }`"));
    }
    let group: Group = input.parse()?;
    let inputs = match inputs.parse2(group.stream()) {
        Ok(names) => names,
        Err(error) => {
            errors.add(error);
            readable = false;
            Vec::new()
        }
    };
    if input.peek(Token![->]) {
        errors.add(input.error("the header says what comes out: remove this arrow and its type"));
        readable = false;
    }
    while !input.is_empty() && !input.peek(syn::token::Brace) {
        input.parse::<TokenTree>()?;
    }
    if input.is_empty() {
        return Err(input.error("the body of `fn forward` is missing: write `{ .. }`"));
    }
    let body: Group = input.parse()?;
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    }
    Ok(Unread { name, inputs, body, readable })
}

fn inputs(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let mut names = Vec::new();
    while !input.is_empty() {
        if input.peek(Token![&]) || input.peek(Token![self]) || input.peek(Token![mut]) {
            let rest: TokenStream = input.parse()?;
            return Err(syn::Error::new_spanned(rest, "an input is a name alone: write `fn forward(x)`"));
        }
        if !input.peek(Ident) {
            return Err(input.error("expected the name of an input: write `fn forward(x)`"));
        }
        names.push(input.parse()?);
        if input.peek(Token![:]) {
            let rest: TokenStream = input.parse()?;
            return Err(syn::Error::new_spanned(
                rest,
                "the header says the shapes of the inputs: write the name alone",
            ));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(names)
}

impl Unread {
    /// A function that could not be read; the mistake is noted.
    pub(super) fn nothing(span: Span) -> Unread {
        let body = Group::new(Delimiter::Brace, TokenStream::new());
        Unread { name: Ident::new("forward", span), inputs: Vec::new(), body, readable: false }
    }

    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        self.name.span()
    }

    /// Reads the content. Layers that are written in it are added to `items`.
    pub(super) fn read(self, items: &mut Vec<Item>, constants: &Constants, errors: &mut Errors) -> Forward {
        let Unread { name, inputs, body, readable } = self;
        let before = errors.len();
        let end = body.span_close();
        let mut reader = Reader { items, constants, errors, bindings: Vec::new(), result: Vec::new() };
        let mut read = |input: ParseStream<'_>| reader.body(input);
        let mut group = Group::new(Delimiter::Brace, parenthesized_parameters(body.stream()));
        group.set_span(end); // a message about something missing points to the end
        let read = (|input: ParseStream<'_>| {
            let content;
            braced!(content in input);
            read(&content)
        })
        .parse2(TokenTree::Group(group).into());
        let Reader { bindings, result, .. } = reader;
        if let Err(error) = read {
            errors.add(error);
        }
        let readable = readable && errors.len() == before;
        let gather = (result.len() > 1).then_some(items.len());
        items.extend(gather.map(|position| Item::word(position, layers::GATHER, name.span(), Vec::new())));
        Forward { span: name.span(), inputs, bindings, result, gather, end, readable }
    }
}

struct Reader<'a> {
    items: &'a mut Vec<Item>,
    constants: &'a Constants,
    errors: &'a mut Errors,
    bindings: Vec<Binding>,
    result: Vec<Term>,
}

impl Reader<'_> {
    fn body(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            if input.peek(Token![let]) {
                if let Err(error) = self.binding(input) {
                    self.errors.add(error);
                    skip_statement(input)?;
                }
                continue;
            }
            let first = input.span();
            match self.result(input) {
                Ok(terms) if input.is_empty() => self.result = terms,
                Ok(_) if input.peek(Token![;]) => {
                    let semicolon: Token![;] = input.parse()?;
                    let (place, message) = if input.is_empty() {
                        (semicolon.span, "the result of `fn forward` stands at its end: remove this `;`")
                    } else {
                        (first, "this value has no name: write `let h = ..;`")
                    };
                    self.errors.push(place, message);
                    self.result = vec![Term::Unreadable];
                }
                Ok(_) => {
                    let message =
                        behind_a_value(input).unwrap_or("expected an operator, or `;` and the next statement");
                    self.errors.add(input.error(message));
                    self.result = vec![Term::Unreadable];
                    skip_statement(input)?;
                }
                Err(error) => {
                    self.errors.add(error);
                    self.result = vec![Term::Unreadable];
                    skip_statement(input)?;
                }
            }
        }
        Ok(())
    }

    /// One term, or several in parentheses.
    fn result(&mut self, input: ParseStream<'_>) -> syn::Result<Vec<Term>> {
        if input.peek(Token![return]) {
            return Err(input.error("the last line is the result: remove `return`"));
        }
        if tuple(input) {
            let list;
            parenthesized!(list in input);
            return item::within(&list, |list| self.terms(list));
        }
        Ok(vec![self.term(input)?])
    }

    fn binding(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![let]>()?;
        let names = if input.peek(syn::token::Paren) {
            let list;
            parenthesized!(list in input);
            item::within(&list, |list| {
                let mut names = Vec::new();
                while !list.is_empty() {
                    names.push(name(list)?);
                    if !list.is_empty() {
                        list.parse::<Token![,]>()?;
                    }
                }
                Ok(names)
            })?
        } else {
            vec![name(input)?]
        };
        if input.peek(Token![:]) {
            self.errors.add(input.error("shapes are computed: write `let h = ..` without a type"));
            while !input.is_empty() && !input.peek(Token![=]) && !input.peek(Token![;]) {
                input.parse::<TokenTree>()?;
            }
        }
        let equals = input.peek(Token![=]);
        let values = if equals {
            input.parse::<Token![=]>()?;
            self.result(input)
        } else {
            Err(input.error("a value is missing: write `let h = ..;`"))
        };
        let failed = match values {
            Ok(values) => {
                self.bindings.push(Binding { names, values });
                None
            }
            Err(error) => {
                self.bindings.push(Binding { names, values: vec![Term::Unreadable] });
                Some(error)
            }
        };
        if let Some(error) = failed {
            return Err(error);
        }
        if !input.peek(Token![;]) {
            let missing = "a semicolon is missing behind this statement: write `;`";
            let message = behind_a_value(input).unwrap_or(missing);
            return Err(input.error(message));
        }
        input.parse::<Token![;]>().map(drop)
    }

    fn terms(&mut self, list: ParseStream<'_>) -> syn::Result<Vec<Term>> {
        let mut terms = Vec::new();
        while !list.is_empty() {
            terms.push(self.term(list)?);
            if list.peek(Token![,]) {
                list.parse::<Token![,]>()?;
            } else if !list.is_empty() {
                return Err(list.error("a comma is missing between values: write `,`"));
            }
        }
        Ok(terms)
    }

    fn term(&mut self, input: ParseStream<'_>) -> syn::Result<Term> {
        let mut left = self.product(input)?;
        loop {
            let minus = input.peek(Token![-]);
            if !minus && !input.peek(Token![+]) {
                return Ok(left);
            }
            let span = input.span();
            skip_punctuation(input)?;
            changes_nothing(input, span)?;
            let right = self.product(input)?;
            left = match (left, right, minus) {
                (Term::Number(a, from), Term::Number(b, to), _) => {
                    Term::Number(if minus { a - b } else { a + b }, from.to(to))
                }
                (left, Term::Number(b, _), _) => self.affine(1.0, if minus { -b } else { b }, left, span),
                (Term::Number(a, _), right, _) => self.affine(if minus { -1.0 } else { 1.0 }, a, right, span),
                (left, right, _) => {
                    self.call(if minus { layers::MINUS } else { layers::PLUS }, span, vec![left, right])
                }
            };
        }
    }

    fn product(&mut self, input: ParseStream<'_>) -> syn::Result<Term> {
        let mut left = self.factor(input)?;
        loop {
            let over = input.peek(Token![/]);
            if !over && !input.peek(Token![*]) {
                return Ok(left);
            }
            let span = input.span();
            skip_punctuation(input)?;
            changes_nothing(input, span)?;
            let right = self.factor(input)?;
            left = match (left, right, over) {
                (Term::Number(a, from), Term::Number(b, to), _) => {
                    Term::Number(if over { a / b } else { a * b }, from.to(to))
                }
                (_, Term::Number(number, _), true) => {
                    return Err(syn::Error::new(span, format!("a value is not divided: write `* (1.0 / {number})`")));
                }
                (_, _, true) => {
                    return Err(syn::Error::new(
                        span,
                        "a value is not divided by another one: write a layer of your own",
                    ));
                }
                (left, Term::Number(b, _), _) => self.affine(b, 0.0, left, span),
                (Term::Number(a, _), right, _) => self.affine(a, 0.0, right, span),
                (left, right, _) => self.call(layers::TIMES, span, vec![left, right]),
            };
        }
    }

    fn factor(&mut self, input: ParseStream<'_>) -> syn::Result<Term> {
        if input.peek(Token![-]) {
            let span = input.span();
            skip_punctuation(input)?;
            return Ok(match self.factor(input)? {
                Term::Number(number, place) => Term::Number(-number, Place::from(span).to(place)),
                term => self.affine(-1.0, 0.0, term, span),
            });
        }
        if input.peek(syn::token::Paren) {
            if tuple(input) {
                return Err(input.error("several values stand here, but one is expected: name them one by one"));
            }
            let inner;
            parenthesized!(inner in input);
            return item::within(&inner, |inner| {
                let term = self.term(inner)?;
                match inner.is_empty() {
                    true => Ok(term),
                    false => Err(inner.error("expected an operator or `)`")),
                }
            });
        }
        if input.peek(Lit) {
            let literal: Lit = input.parse()?;
            let number = Expression::Literal(literal.clone()).number().filter(|number| number.is_finite());
            let number = number.ok_or_else(|| syn::Error::new(literal.span(), "expected a number or a value"))?;
            return Ok(Term::Number(number, literal.span().into()));
        }
        if let Some(message) = refused(input) {
            return Err(input.error(message));
        }
        if input.peek(Ident) || input.peek(Token![::]) || input.peek(Token![crate]) || input.peek(Token![super]) {
            return self.named(input);
        }
        Err(input.error("expected a value or a call of a layer, such as `Relu(x)`"))
    }

    /// A name, or a call of what has one.
    fn named(&mut self, input: ParseStream<'_>) -> syn::Result<Term> {
        let ahead = input.fork();
        if let Ok(name) = ahead.parse::<Ident>() {
            let declared = self.items.iter().any(|item| item.name.as_ref() == Some(&name));
            let small = name.to_string().starts_with(|first: char| first.is_lowercase() || first == '_');
            if (declared || small) && !input.peek2(Token![<]) && !input.peek2(Token![::]) {
                let name: Ident = input.parse()?;
                return self.behind(name, declared, input);
            }
            if let Some(Some(value)) = self.constants.value(&name) {
                input.parse::<Ident>()?;
                return Ok(Term::Number(value as f64, name.span().into()));
            }
        }
        self.written(input)
    }

    /// What stands behind a name: nothing, an index, or operands.
    fn behind(&mut self, name: Ident, declared: bool, input: ParseStream<'_>) -> syn::Result<Term> {
        if input.peek(Token![.]) {
            let place = input.span();
            return Err(syn::Error::new(
                place,
                format!("`{name}` has no fields or methods here: call a layer, such as `Relu({name})`"),
            ));
        }
        if input.peek(Token![!]) {
            return Err(syn::Error::new(name.span(), "macros are not expanded here: write the layers"));
        }
        let mut index = None;
        if input.peek(syn::token::Bracket) {
            let group: Group = input.parse()?;
            let number: Result<syn::LitInt, _> = syn::parse2(group.stream());
            let Ok(number) = number.and_then(|number| number.base10_parse::<usize>()) else {
                return Err(syn::Error::new(group.span(), format!("an index is a number: write `{name}[0](..)`")));
            };
            index = Some((number, group.stream().span()));
        }
        if !input.peek(syn::token::Paren) {
            return match index {
                Some((_, span)) => {
                    Err(syn::Error::new(span, format!("values have no indices: `{name}[0](..)` calls a layer")))
                }
                None => Ok(Term::Name(name)),
            };
        }
        let list;
        parenthesized!(list in input);
        let operands = item::within(&list, |list| self.terms(list))?;
        if !declared && name == "detach" {
            let position = self.items.len();
            self.items.push(Item::word(position, layers::DETACH, name.span(), Vec::new()));
            return Ok(Term::Call(Call { callee: Callee::Written(position), operands }));
        }
        Ok(Term::Call(Call { callee: Callee::Declared(name, index), operands }))
    }

    /// A layer that is written where it is called: `Relu(x)`, `MaxPool2d<2>(x)`, `Dropout(0.2)(x)`.
    fn written(&mut self, input: ParseStream<'_>) -> syn::Result<Term> {
        let path = item::path(input, self.errors)?;
        let word = path.segments.last().map_or(String::new(), |segment| segment.ident.to_string());
        let generics = if input.peek(Token![<]) { Some(item::angle_brackets(input)?) } else { None };
        if !input.peek(syn::token::Paren) {
            let message = format!("`{word}` is a layer: write what it takes, `{word}(x)`");
            return Err(syn::Error::new_spanned(&path, message));
        }
        let mut hyper = None;
        if second_parentheses(input) {
            let group: Group = input.parse()?;
            hyper = Some((group.stream(), group.span_close()));
        }
        let list;
        parenthesized!(list in input);
        let position = self.items.len();
        let raw = Raw::written(path, generics, hyper);
        self.items.push(raw.finish(position, self.constants, self.errors));
        let operands = item::within(&list, |list| self.terms(list))?;
        Ok(Term::Call(Call { callee: Callee::Written(position), operands }))
    }

    fn call(&mut self, word: &str, span: Span, operands: Vec<Term>) -> Term {
        let position = self.items.len();
        self.items.push(Item::word(position, word, span, Vec::new()));
        Term::Call(Call { callee: Callee::Written(position), operands })
    }

    /// scale x + shift
    fn affine(&mut self, scale: f64, shift: f64, x: Term, span: Span) -> Term {
        let position = self.items.len();
        let number = |value: f64| {
            let literal = syn::LitFloat::new(&format!("{:?}", value.abs()), span);
            let number = Expression::Literal(Lit::Float(literal));
            let value = if value.is_sign_negative() { Expression::Negative(span, Box::new(number)) } else { number };
            Argument { key: None, value }
        };
        if !(scale.is_finite() && shift.is_finite()) {
            self.errors.push(span, "this number is not finite: write another one");
            return Term::Unreadable;
        }
        self.items.push(Item::word(position, layers::AFFINE, span, vec![number(scale), number(shift)]));
        Term::Call(Call { callee: Callee::Written(position), operands: vec![x] })
    }
}

/// A name or `_` in a pattern.
fn name(input: ParseStream<'_>) -> syn::Result<(Span, Option<Ident>)> {
    let span = input.span();
    if input.peek(Token![_]) {
        input.parse::<Token![_]>()?;
        return Ok((span, None));
    }
    if input.peek(Token![mut]) || input.peek(Token![ref]) {
        return Err(input.error("a value is made once and never changed: remove this word"));
    }
    if !input.peek(Ident) {
        return Err(input.error("expected a name: write `let h = ..;`"));
    }
    Ok((span, Some(input.call(Ident::parse_any)?)))
}

/// Whether parentheses with a comma in them stand here.
fn tuple(input: ParseStream<'_>) -> bool {
    let Some((TokenTree::Group(group), rest)) = input.cursor().token_tree() else { return false };
    let comma = |tree: TokenTree| matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    let ends = rest.token_tree().is_none_or(|(tree, _)| matches!(&tree, TokenTree::Punct(p) if p.as_char() == ';'));
    group.delimiter() == Delimiter::Parenthesis && ends && group.stream().into_iter().any(comma)
}

/// Whether one pair of parentheses follows the other.
fn second_parentheses(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Group>().is_ok() && ahead.peek(syn::token::Paren)
}

/// Passes over tokens up to and with the next semicolon.
fn skip_statement(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        if let TokenTree::Punct(punct) = input.parse()?
            && punct.as_char() == ';'
        {
            break;
        }
    }
    Ok(())
}
