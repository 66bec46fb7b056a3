//! Lengths: integer arithmetic over literals and names, evaluated with its spans.

use super::Constants;
use crate::error::{Errors, Place};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Lit, Token, braced, parenthesized};

/// A value as it is written: `128`, `4 * HIDDEN`, `0.2`, `true`, `shared`.
#[derive(Clone)]
pub(crate) enum Expression {
    /// `128` or `0.2` or `"text"`
    Literal(Lit),
    /// `HIDDEN`, `shared`, `true`
    Word(Ident),
    /// `-1`
    Negative(Span, Box<Expression>),
    /// `a + b`
    Binary(Box<Expression>, Operator, Span, Box<Expression>),
    /// `[3, 5]`, as an argument alone
    List(Span, Vec<Expression>),
    /// What could not be read; the mistake is noted.
    Unreadable(Span),
}

/// `+ - * / %`
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

/// An evaluated length and where it stands.
#[derive(Clone)]
pub(crate) struct Length {
    /// The number.
    pub(crate) value: usize,
    /// Its tokens.
    pub(crate) place: Place,
    /// How it was written, for the proof of its arithmetic.
    pub(crate) expression: Expression,
}

impl Length {
    /// What stands in for a length that is a mistake.
    pub(crate) fn one(span: Span) -> Length {
        Length { value: 1, place: span.into(), expression: Expression::Unreadable(span) }
    }
}

/// No length is larger: it leaves room for products and fits every index type.
const MAX_LENGTH: i128 = 1 << 40;

impl Parse for Expression {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut left = product(input)?;
        loop {
            // `->` begins what stands behind a layer.
            let operator = if input.peek(Token![+]) {
                Operator::Plus
            } else if input.peek(Token![-]) && !input.peek(Token![->]) {
                Operator::Minus
            } else {
                return Ok(left);
            };
            let span = input.span();
            skip_punctuation(input)?;
            left = Expression::Binary(Box::new(left), operator, span, Box::new(product(input)?));
        }
    }
}

/// Lengths with parentheses around what a caller's `macro_rules` passes as `$n:expr`, so that `2 * $n` means what it says.
pub(super) fn parenthesized_parameters(tokens: TokenStream) -> TokenStream {
    let visible = |tree: TokenTree| match tree {
        TokenTree::Group(group) => {
            let inner = parenthesized_parameters(group.stream());
            let delimiter = match group.delimiter() {
                Delimiter::None => Delimiter::Parenthesis,
                other => other,
            };
            if group.delimiter() == Delimiter::None && inner.clone().into_iter().count() == 1 {
                return inner;
            }
            let mut visible = Group::new(delimiter, inner);
            visible.set_span(group.span());
            TokenTree::Group(visible).into()
        }
        other => other.into(),
    };
    tokens.into_iter().flat_map(visible).collect()
}

fn product(input: ParseStream<'_>) -> syn::Result<Expression> {
    let mut left = term(input)?;
    loop {
        let operator = if input.peek(Token![*]) {
            Operator::Times
        } else if input.peek(Token![/]) {
            Operator::Over
        } else if input.peek(Token![%]) {
            Operator::Modulo
        } else {
            return Ok(left);
        };
        let span = input.span();
        skip_punctuation(input)?;
        left = Expression::Binary(Box::new(left), operator, span, Box::new(term(input)?));
    }
}

fn term(input: ParseStream<'_>) -> syn::Result<Expression> {
    if input.peek(syn::token::Paren) || input.peek(syn::token::Brace) {
        let inner;
        // Braces are how Rust itself writes an expression between `<` and `>`.
        if input.peek(syn::token::Brace) {
            braced!(inner in input);
        } else {
            parenthesized!(inner in input);
        }
        let expression = inner.parse();
        let expected = match inner.peek(Token![,]) {
            true => "lengths of several dimensions stand in brackets: write `[.., ..]`",
            false => "expected an operator or `)`",
        };
        let missing = (!inner.is_empty()).then(|| inner.error(expected));
        // Tokens that are left would be a second mistake.
        inner.parse::<TokenStream>()?;
        return expression.and_then(|expression| missing.map_or(Ok(expression), Err));
    }
    if input.peek(Token![-]) {
        let span = input.span();
        skip_punctuation(input)?;
        return Ok(Expression::Negative(span, Box::new(term(input)?)));
    }
    if input.peek(Lit) {
        let literal: Lit = input.parse()?;
        // `true` and `false` are words of options.
        return Ok(match literal {
            Lit::Bool(word) => Expression::Word(Ident::new(if word.value { "true" } else { "false" }, word.span)),
            literal => Expression::Literal(literal),
        });
    }
    if input.peek(Ident) {
        let word: Ident = input.parse()?;
        if input.peek(syn::token::Paren) || input.peek(Token![::]) || input.peek(Token![.]) || input.peek(Token![!]) {
            let message = format!("`{word}` is not evaluated here: use numbers, names and `+ - * / %`");
            return Err(syn::Error::new(word.span(), message));
        }
        return Ok(Expression::Word(word));
    }
    if input.peek(Token![_]) {
        return Err(input.error("`_` is no length here: write a number"));
    }
    let missing = if input.is_empty() { "a number or a name is missing" } else { "expected a number or a name" };
    Err(syn::Error::new(input.span(), missing))
}

pub(super) fn skip_punctuation(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<proc_macro2::Punct>().map(drop)
}

/// Why an expression is not an integer.
enum Failure {
    /// What is wrong, and where.
    Here(Place, String),
    /// That is noted already.
    Noted,
}

impl Failure {
    fn note(self, what: &str, errors: &mut Errors) {
        if let Failure::Here(place, reason) = self {
            errors.push(place, format!("{what} {reason}"));
        }
    }
}

fn failure<V>(place: impl Into<Place>, reason: String) -> Result<V, Failure> {
    Err(Failure::Here(place.into(), reason))
}

impl Expression {
    /// Its tokens.
    pub(crate) fn place(&self) -> Place {
        match self {
            Expression::Literal(literal) => literal.span().into(),
            Expression::Word(word) => word.span().into(),
            Expression::Negative(span, inner) => Place::from(*span).to(inner.place()),
            Expression::Binary(left, _, _, right) => left.place().to(right.place()),
            Expression::List(span, _) | Expression::Unreadable(span) => (*span).into(),
        }
    }

    /// The numbers of a list, or the expression itself.
    pub(crate) fn each(&self) -> &[Expression] {
        match self {
            Expression::List(_, list) => list,
            alone => std::slice::from_ref(alone),
        }
    }

    /// The expression as a length of at least 1; a mistake is noted.
    pub(crate) fn positive(&self, what: &str, constants: &Constants, errors: &mut Errors) -> Option<Length> {
        let value = match self.integer(constants) {
            Ok(value) if value > MAX_LENGTH => {
                errors.push(self.place(), format!("{what} is {value}: it is too large, at most 2^40 is possible"));
                return None;
            }
            Ok(value) if value < 1 => {
                errors.push(self.place(), format!("{what} is {value}: write at least 1"));
                return None;
            }
            Ok(value) => value as usize,
            Err(failure) => {
                failure.note(what, errors);
                return None;
            }
        };
        Some(Length { value, place: self.place(), expression: self.resolved(constants) })
    }

    /// The expression as an integer of either sign and a length's size, where the caller words the message.
    pub(crate) fn signed(&self, what: &str, constants: &Constants, errors: &mut Errors) -> Option<i64> {
        let value = self.integer(constants).and_then(|value| match i64::try_from(value) {
            Ok(small) if value.abs() <= MAX_LENGTH => Ok(small),
            _ => failure(self.place(), format!("is {value}: it is too large, at most 2^40 is possible")),
        });
        value.map_err(|failure| failure.note(what, errors)).ok()
    }

    /// The expression as a number with or without a fraction.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Expression::Literal(Lit::Float(literal)) => literal.base10_parse().ok(),
            Expression::Literal(Lit::Int(literal)) => literal.base10_parse().ok(),
            Expression::Negative(_, inner) => inner.number().map(|value| -value),
            _ => None,
        }
    }

    fn integer(&self, constants: &Constants) -> Result<i128, Failure> {
        match self {
            Expression::Literal(Lit::Int(literal)) => {
                if !matches!(literal.suffix(), "" | "usize") {
                    let (digits, suffix) = (literal.base10_digits(), literal.suffix());
                    return failure(literal.span(), format!("has the suffix `{suffix}`: write {digits}"));
                }
                let value = literal.base10_parse::<u64>().map(i128::from);
                let large = format!("is {literal}: it is too large, at most 2^40 is possible");
                value.or_else(|_| failure(literal.span(), large))
            }
            Expression::Literal(Lit::Float(literal)) => {
                failure(literal.span(), format!("is {literal}: write an integer"))
            }
            Expression::Literal(literal) => failure(literal.span(), "is not a number: write an integer".to_owned()),
            Expression::Word(word) => match constants.value(word) {
                Some(value) => value.ok_or(Failure::Noted),
                None => {
                    let advice = match crate::error::nearest(&word.to_string(), constants.names()) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None => format!("write `const {word}: usize = ..;` inside `network!`"),
                    };
                    failure(word.span(), format!("is the unknown name `{word}`: {advice}"))
                }
            },
            Expression::Negative(span, inner) => {
                let value = inner.integer(constants)?;
                value.checked_neg().map_or_else(|| failure(*span, format!("is -({value}), which has no value")), Ok)
            }
            Expression::Binary(left, operator, _, right) => {
                let (left, right) = (left.integer(constants)?, right.integer(constants)?);
                let (value, sign) = match operator {
                    Operator::Plus => (left.checked_add(right), '+'),
                    Operator::Minus => (left.checked_sub(right), '-'),
                    Operator::Times => (left.checked_mul(right), '*'),
                    Operator::Over => (left.checked_div(right), '/'),
                    Operator::Modulo => (left.checked_rem(right), '%'),
                };
                let reason = if right == 0 {
                    "a division by zero: divide by at least 1"
                } else {
                    "too large: at most 2^40 is possible"
                };
                value.map_or_else(|| failure(self.place(), format!("is {left} {sign} {right}, {reason}")), Ok)
            }
            Expression::List(span, _) => failure(*span, "is a list: write one number".to_owned()),
            Expression::Unreadable(_) => Err(Failure::Noted),
        }
    }

    /// The expression with every name replaced by its number, so that nothing of it depends on the block any more.
    pub(super) fn resolved(&self, constants: &Constants) -> Expression {
        match self {
            Expression::Word(word) => match constants.value(word) {
                Some(Some(value)) => Expression::Literal(Lit::Int(syn::LitInt::new(&value.to_string(), word.span()))),
                Some(None) => Expression::Unreadable(word.span()),
                None => self.clone(),
            },
            Expression::Binary(left, operator, span, right) => {
                let (left, right) = (left.resolved(constants), right.resolved(constants));
                Expression::Binary(Box::new(left), *operator, *span, Box::new(right))
            }
            Expression::Negative(span, inner) => Expression::Negative(*span, Box::new(inner.resolved(constants))),
            Expression::List(span, list) => {
                Expression::List(*span, list.iter().map(|element| element.resolved(constants)).collect())
            }
            Expression::Literal(_) | Expression::Unreadable(_) => self.clone(),
        }
    }
}

/// The number for literals and arithmetic, and words as they are.
impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, self.number(), self.integer(&Constants::default())) {
            (Expression::Word(word), ..) => write!(f, "{word}"),
            (Expression::List(_, list), ..) => {
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", list.join(", "))
            }
            (_, _, Ok(integer)) => write!(f, "{integer}"),
            (_, Some(number), _) => write!(f, "{number}"),
            _ => write!(f, ".."),
        }
    }
}
