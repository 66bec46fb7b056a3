//! Expressions of a body: names, literals, operators and indices.

use super::body::{Lowering, Meaning, What};
use super::elements::{self};
use super::functions::{self};
use crate::error::{Place, nearest};
use crate::graph::ValueId;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::{BinOp, Expr, ExprBinary, ExprLit, Lit, RangeLimits, UnOp};

impl Lowering<'_> {
    pub(super) fn element(&mut self, name: &str, operands: &[Option<ValueId>], place: Place) -> Meaning {
        let element = elements::find(name).expect("an operation of the list");
        let operands: Option<Vec<ValueId>> = operands.iter().copied().collect();
        match operands {
            Some(operands) => self.node(What::Element(element), Vec::new(), operands, place),
            None => Meaning::Unknown,
        }
    }

    pub(super) fn expression(&mut self, expression: &Expr) -> Meaning {
        let place = Place::of(&expression.to_token_stream());
        match expression {
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Group(inner) => self.expression(&inner.expr),
            Expr::Reference(inner) if inner.mutability.is_none() => self.expression(&inner.expr),
            Expr::Unary(unary) => match unary.op {
                UnOp::Deref(_) => self.expression(&unary.expr),
                UnOp::Neg(_) => match self.expression(&unary.expr) {
                    Meaning::Integer(number) => Meaning::Integer(-number),
                    Meaning::Value(value) => self.element("neg", &[Some(value)], place),
                    Meaning::Unknown => Meaning::Unknown,
                    _ => self.mistake(place, "minus stands before a tensor or a number"),
                },
                _ => self.mistake(place, "a tensor is not negated by `!`: write `1.0 - x`"),
            },
            Expr::Lit(literal) => self.literal(literal, place),
            Expr::Path(path) => self.path(&path.path, place),
            Expr::Tuple(tuple) => Meaning::Tuple(tuple.elems.iter().map(|element| self.expression(element)).collect()),
            Expr::Block(block) => {
                let end = block.block.brace_token.span.close();
                self.block(&block.block).unwrap_or_else(|| {
                    self.mistake(end, "this block gives nothing: write its result at the end, without `;`")
                })
            }
            Expr::Binary(binary) => self.binary(binary, place),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    let arguments: Vec<&Expr> = call.args.iter().collect();
                    self.call(&path.path, &arguments, place)
                }
                other => self.mistake(Place::of(&other.to_token_stream()), "a function is called by its name"),
            },
            Expr::MethodCall(call) => {
                let name = syn::Path::from(call.method.clone());
                let arguments: Vec<&Expr> = std::iter::once(&*call.receiver).chain(&call.args).collect();
                if elements::find(&call.method.to_string()).is_none()
                    && functions::find(&call.method.to_string()).is_none()
                {
                    let (method, receiver) = (&call.method, call.receiver.to_token_stream());
                    let advice = super::synonyms::method(&method.to_string());
                    let advice =
                        advice.map_or_else(|| format!("call a function, `{method}({receiver})`"), String::from);
                    return self.mistake(call.method.span(), format!("a tensor has no method `{method}`: {advice}"));
                }
                self.call(&name, &arguments, place)
            }
            Expr::Index(index) => self.index(index, place),
            Expr::Array(array) => {
                let operands: Option<Vec<ValueId>> = array.elems.iter().map(|element| self.value(element)).collect();
                match operands {
                    Some(operands) if operands.is_empty() => {
                        self.mistake(place, "this array is empty: write its elements")
                    }
                    Some(operands) => self.node(What::Stack, Vec::new(), operands, place),
                    None => Meaning::Unknown,
                }
            }
            Expr::If(branch) => self.branch(branch, true),
            Expr::Field(field) if matches!(self.named(&field.base), Some(Meaning::Unknown)) => Meaning::Unknown,
            _ => self.refused(expression, place),
        }
    }

    /// What a name stands for.
    fn named(&self, expression: &Expr) -> Option<Meaning> {
        let Expr::Path(path) = unwrapped(expression) else { return None };
        let at = self.lookup(&path.path.get_ident()?.to_string())?;
        Some(self.names[at].meaning.clone())
    }

    /// What cannot be differentiated, and what to write instead.
    pub(super) fn refused(&mut self, expression: &Expr, place: Place) -> Meaning {
        let advice = match expression {
            Expr::While(_) | Expr::Loop(_) => {
                "how often this runs is not known to the compiler: write `for i in 0..10`"
            }
            Expr::ForLoop(_) => "a loop gives nothing: add up in a `let mut` before it",
            Expr::Match(_) => "`match` cannot be differentiated: write `if`, over what has no gradient",
            Expr::Closure(_) => "a closure cannot be differentiated: write a `#[differentiable]` function, and call it",
            Expr::Return(_) => "a function gives its last expression: remove `return`",
            Expr::Macro(_) => "a macro cannot be differentiated: write what it stands for",
            Expr::Cast(_) => "a cast has no gradient: write the number as it is, or hand it over as an argument",
            Expr::Try(_) => "a differentiable function cannot fail: remove `?`",
            Expr::Field(_) => "a field cannot be differentiated: hand it over as an argument",
            Expr::Repeat(_) => "a repeated value is made by broadcasting: write an operator, such as `x + 1.0`",
            Expr::Struct(_) => "a struct is no tensor: hand its fields over as arguments",
            Expr::Range(_) => "a range stands in an index or in `slice`: write `x[1..3]`",
            Expr::Assign(_) | Expr::Break(_) | Expr::Continue(_) => {
                "this is no value: write it as a statement of its own"
            }
            Expr::Reference(_) => "a value is changed by nobody: write `&` without `mut`",
            Expr::Unsafe(_) => "nothing here is unsafe: remove `unsafe`",
            Expr::Await(_) | Expr::Async(_) => "a differentiable function never waits: compute this outside",
            _ => {
                "this cannot be differentiated: write operators, functions of tensors and calls of differentiable functions"
            }
        };
        let place = match expression {
            Expr::Match(_) | Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) | Expr::Closure(_) | Expr::Return(_) => {
                first(expression).into()
            }
            Expr::Unsafe(_) | Expr::Async(_) => first(expression).into(),
            _ => place,
        };
        self.mistake(place, advice)
    }

    pub(super) fn literal(&mut self, literal: &ExprLit, place: Place) -> Meaning {
        match &literal.lit {
            Lit::Int(number) if number.suffix().is_empty() || number.suffix() == "usize" => match number.base10_parse()
            {
                Ok(number) => Meaning::Integer(number),
                Err(error) => self.mistake(place, error),
            },
            Lit::Float(number) => {
                let digits: TokenStream = number.base10_digits().parse().unwrap_or_default();
                self.node(What::Number(digits), Vec::new(), Vec::new(), place)
            }
            Lit::Int(number) if number.suffix().starts_with('f') => {
                let digits: TokenStream = format!("{}.0", number.base10_digits()).parse().unwrap_or_default();
                self.node(What::Number(digits), Vec::new(), Vec::new(), place)
            }
            Lit::Bool(_) => self.mistake(place, "a `bool` is no number: write `1.0` or `0.0`, or a comparison"),
            _ => self.mistake(place, "this is no number: write `2.0`"),
        }
    }

    pub(super) fn path(&mut self, path: &syn::Path, place: Place) -> Meaning {
        if let Some(name) = path.get_ident() {
            let text = name.to_string();
            if let Some(at) = self.lookup(&text) {
                self.names[at].used = true;
                return self.names[at].meaning.clone();
            }
            if text.chars().next().is_some_and(char::is_lowercase) {
                let visible: BTreeSet<&str> = self.scopes.iter().flatten().map(|(name, _)| name.as_str()).collect();
                let message = match nearest(&text, visible) {
                    Some(near) => format!("there is no value `{text}`: did you mean `{near}`?"),
                    None if functions::find(&text).is_some() || elements::find(&text).is_some() => {
                        format!("`{text}` is a function, not a value: write `{text}(..)`")
                    }
                    None => format!(
                        "there is no value `{text}`: write `let {text} = ..;` before it, or hand it over as an argument"
                    ),
                };
                return self.mistake(place, message);
            }
        }
        self.node(What::Number(path.to_token_stream()), Vec::new(), Vec::new(), place)
    }

    pub(super) fn binary(&mut self, binary: &ExprBinary, place: Place) -> Meaning {
        if let Some(number) = self.integer_of(binary) {
            return Meaning::Integer(number);
        }
        let sign = match binary.op {
            BinOp::Add(_) => "+",
            BinOp::Sub(_) => "-",
            BinOp::Mul(_) => "*",
            BinOp::Div(_) => "/",
            BinOp::Lt(_) => "<",
            BinOp::Le(_) => "<=",
            BinOp::Gt(_) => ">",
            BinOp::Ge(_) => ">=",
            BinOp::Eq(_) => "==",
            BinOp::Ne(_) => "!=",
            BinOp::And(_) | BinOp::Or(_) => {
                return self.mistake(place, "conditions are joined in `if`; for elements write `where_(a > 0.0, ..)`");
            }
            BinOp::Rem(_) => {
                return self.mistake(
                    place,
                    "`%` cannot be differentiated: compute it outside, and hand it over as an argument",
                );
            }
            BinOp::BitXor(_) => return self.mistake(place, "`^` is no power: write `pow(x, 2.0)`, or `square(x)`"),
            _ => return self.mistake(place, "this operator has no gradient: write `+`, `-`, `*` or `/`"),
        };
        let operands = [self.value(&binary.left), self.value(&binary.right)];
        self.element(sign, &operands, place)
    }

    /// The number of an operation on numbers that are known.
    fn integer_of(&mut self, binary: &ExprBinary) -> Option<i64> {
        self.integer(&Expr::Binary(binary.clone()))
    }

    pub(super) fn index(&mut self, index: &syn::ExprIndex, place: Place) -> Meaning {
        let Some(value) = self.value(&index.expr) else { return Meaning::Unknown };
        let what = match unwrapped(&index.index) {
            Expr::Range(range) => {
                let mut bound = |bound: &Option<Box<Expr>>, more: i64| match bound {
                    None => Some(None),
                    Some(bound) => self.integer(bound).and_then(|number| usize::try_from(number + more).ok()).map(Some),
                };
                let closed = i64::from(matches!(range.limits, RangeLimits::Closed(_)));
                match (bound(&range.start, 0), bound(&range.end, closed)) {
                    (Some(start), Some(end)) => Some(What::Slice(start, end)),
                    _ => None,
                }
            }
            other => self.integer(other).and_then(|number| usize::try_from(number).ok()).map(What::Index),
        };
        match what {
            Some(what) => self.node(what, Vec::new(), vec![value], place),
            None => {
                let place = Place::of(&index.index.to_token_stream());
                self.mistake(
                    place,
                    "an index is a number that the macro knows: write a literal, a loop's variable, or a range of them",
                )
            }
        }
    }
}

/// What parentheses and references hold.
pub(super) fn unwrapped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => unwrapped(&inner.expr),
        Expr::Group(inner) => unwrapped(&inner.expr),
        Expr::Reference(inner) if inner.mutability.is_none() => unwrapped(&inner.expr),
        other => other,
    }
}

/// Where an expression begins.
pub(super) fn first(expression: &Expr) -> Span {
    Place::of(&expression.to_token_stream()).ends().0
}
