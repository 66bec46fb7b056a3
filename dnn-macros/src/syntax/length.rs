//! Lengths: integer arithmetic over literals and names, evaluated with its spans.

use super::Constants;
use crate::error::Errors;
use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Lit, Token, parenthesized};

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
}

/// `+ - * / %`
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// An evaluated length and where it stands.
#[derive(Clone)]
pub(crate) struct Length {
    /// The number.
    pub(crate) value: usize,
    /// Its token, or its first one.
    pub(crate) span: Span,
    /// How it was written, for the proof of its arithmetic.
    pub(crate) expression: Expression,
}

/// No length is larger: it leaves room for products and fits every index type.
const MAX_LENGTH: i128 = 1 << 40;

impl Parse for Expression {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut left = product(input)?;
        loop {
            // `->` begins what stands behind a layer.
            let operator = if input.peek(Token![+]) {
                Operator::Add
            } else if input.peek(Token![-]) && !input.peek(Token![->]) {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            let span = input.span();
            skip_punctuation(input)?;
            left = Expression::Binary(Box::new(left), operator, span, Box::new(product(input)?));
        }
    }
}

fn product(input: ParseStream<'_>) -> syn::Result<Expression> {
    let mut left = term(input)?;
    loop {
        let operator = if input.peek(Token![*]) {
            Operator::Multiply
        } else if input.peek(Token![/]) {
            Operator::Divide
        } else if input.peek(Token![%]) {
            Operator::Remainder
        } else {
            return Ok(left);
        };
        let span = input.span();
        skip_punctuation(input)?;
        left = Expression::Binary(Box::new(left), operator, span, Box::new(term(input)?));
    }
}

fn term(input: ParseStream<'_>) -> syn::Result<Expression> {
    if input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in input);
        let expression = inner.parse()?;
        return if inner.is_empty() { Ok(expression) } else { Err(inner.error("expected an operator or `)`")) };
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
        return Ok(Expression::Word(input.parse()?));
    }
    if input.peek(Token![_]) {
        return Err(input.error("`_` is no length here: write a number"));
    }
    Err(input.error("expected a number or a name"))
}

fn skip_punctuation(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<proc_macro2::Punct>().map(drop)
}

/// Why an expression is not an integer.
struct Failure(Span, String);

impl Expression {
    /// Where it begins.
    pub(crate) fn span(&self) -> Span {
        match self {
            Expression::Literal(literal) => literal.span(),
            Expression::Word(word) => word.span(),
            Expression::Negative(span, _) => *span,
            Expression::Binary(left, ..) => left.span(),
        }
    }

    /// The expression as a length of at least 1; a mistake is noted and 1 stands in for it.
    pub(crate) fn positive(&self, what: &str, constants: &Constants, errors: &mut Errors) -> Length {
        let value = match self.integer(constants) {
            Ok(value) if value > MAX_LENGTH => {
                errors.push(self.span(), format!("{what} is {value}: it is too large, at most 2^40 is possible"));
                1
            }
            Ok(value) if value < 1 => {
                errors.push(self.span(), format!("{what} is {value}: write at least 1"));
                1
            }
            Ok(value) => value as usize,
            Err(Failure(span, reason)) => {
                errors.push(span, format!("{what} {reason}"));
                1
            }
        };
        Length { value, span: self.span(), expression: self.resolved(constants) }
    }

    /// The expression as an integer of either sign, where the caller words the message.
    pub(crate) fn signed(&self, what: &str, constants: &Constants, errors: &mut Errors) -> Option<i64> {
        let value = self.integer(constants).and_then(|value| {
            i64::try_from(value).map_err(|_| Failure(self.span(), format!("is {value}: it is too large")))
        });
        value.map_err(|Failure(span, reason)| errors.push(span, format!("{what} {reason}"))).ok()
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
                    let suffix = literal.suffix();
                    return Err(Failure(literal.span(), format!("has the suffix `{suffix}`: write the number alone")));
                }
                let value = literal.base10_parse::<u64>().map(i128::from);
                value.map_err(|_| Failure(literal.span(), format!("is {literal}: it is too large")))
            }
            Expression::Literal(Lit::Float(literal)) => {
                Err(Failure(literal.span(), format!("is {literal}: write an integer")))
            }
            Expression::Literal(literal) => {
                Err(Failure(literal.span(), "is not a number: write an integer".to_owned()))
            }
            Expression::Word(word) => constants.value(word).ok_or_else(|| {
                let known = crate::error::nearest(&word.to_string(), constants.names());
                let advice = match known {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("write `const {word}: usize = ..;` inside `network!`"),
                };
                Failure(word.span(), format!("is the unknown name `{word}`: {advice}"))
            }),
            Expression::Negative(_, inner) => Ok(-inner.integer(constants)?),
            Expression::Binary(left, operator, span, right) => {
                let (left, right) = (left.integer(constants)?, right.integer(constants)?);
                let (value, sign) = match operator {
                    Operator::Add => (left.checked_add(right), '+'),
                    Operator::Subtract => (left.checked_sub(right), '-'),
                    Operator::Multiply => (left.checked_mul(right), '*'),
                    Operator::Divide => (left.checked_div(right), '/'),
                    Operator::Remainder => (left.checked_rem(right), '%'),
                };
                value.ok_or_else(|| Failure(*span, format!("is {left} {sign} {right}, which has no value")))
            }
        }
    }

    /// The expression with every name replaced by its number, so that nothing of it depends on the block any more.
    pub(super) fn resolved(&self, constants: &Constants) -> Expression {
        match self {
            Expression::Word(word) => match constants.value(word) {
                Some(value) => {
                    let literal = syn::LitInt::new(&value.max(0).to_string(), word.span());
                    Expression::Literal(Lit::Int(literal))
                }
                None => self.clone(),
            },
            Expression::Binary(left, operator, span, right) => {
                let (left, right) = (left.resolved(constants), right.resolved(constants));
                Expression::Binary(Box::new(left), *operator, *span, Box::new(right))
            }
            Expression::Negative(span, inner) => Expression::Negative(*span, Box::new(inner.resolved(constants))),
            Expression::Literal(_) => self.clone(),
        }
    }
}

/// The number for literals and arithmetic, and words as they are.
impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, self.number(), self.integer(&Constants::default())) {
            (Expression::Word(word), ..) => write!(f, "{word}"),
            (_, _, Ok(integer)) => write!(f, "{integer}"),
            (_, Some(number), _) => write!(f, "{number}"),
            _ => write!(f, ".."),
        }
    }
}
