//! The body of a function to a graph: every value is made once, by one node, in the order in which it is written.
//!
//! Loops over constant ranges are unrolled, and a variable that is assigned to is another value from there on.

use super::branch::Condition;
use super::elements::Element;
use super::functions::{Callee, Function};
use super::signature::Signature;
use crate::error::{Errors, Place};
use crate::graph::{Graph, Node, ValueId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use syn::{BinOp, Expr, ExprLit, Lit, Type, UnOp};

/// A function's graph, and what its nodes do: the n-th site is that of the nodes of layer n.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) graph: Graph,
    pub(crate) sites: Vec<Site>,
    /// The value that the output is the tangent of, where it is one.
    pub(crate) value: Option<ValueId>,
}

/// An operation in the source.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) what: What,
    pub(crate) settings: Vec<Setting>,
    pub(crate) place: Place,
}

/// What an operation is.
#[derive(Clone)]
pub(crate) enum What {
    /// A literal or a constant.
    Number(TokenStream),
    /// Element by element.
    Element(&'static Element),
    /// A function of tensors.
    Function(&'static Function),
    /// Another differentiable function, and for each argument the tokens of one that has no gradient.
    Own(Callee, Vec<Option<TokenStream>>),
    /// `x[2]`
    Index(usize),
    /// `x[1..]`: from where to where.
    Slice(Option<usize>, Option<usize>),
    /// `[a, b, c]`
    Stack,
    /// `detach(x)`
    Detach,
    /// `let y: [f32; 3] = x;`
    Typed(Box<Type>),
    /// The first value, repeated to the shape of the second.
    Repeated,
    /// Zeros of the shape of a value.
    Zero,
    /// How many elements of a value one of its reduction is made of.
    Count,
    /// `if` over what has no gradient, and what both ways make of the values that they take: those of the node behind the
    /// values of the condition.
    Branch(Box<(Condition, [Body; 2])>),
}

/// What is said beside the values: `axis = 0`, `1..3`, `[2, 3]`.
#[derive(Clone)]
pub(crate) struct Setting {
    /// Its name: `range`, `shape` or `target` for what has none.
    pub(crate) name: String,
    pub(crate) value: Vec<Option<i64>>,
    /// What the run time gets, where that is no integer.
    pub(crate) tokens: TokenStream,
    pub(crate) place: Place,
}

impl Setting {
    /// Whether it is the number 0.
    pub(crate) fn is_zero(&self) -> bool {
        let written = self.tokens.to_string().parse::<f64>().ok();
        written.or_else(|| self.value.first().copied().flatten().map(|value| value as f64)) == Some(0.0)
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        let number = |value: &Option<i64>| value.map_or(String::new(), |value| value.to_string());
        let values: Vec<String> = self.value.iter().map(number).collect();
        match (&self.name[..], &values[..]) {
            ("range", [start, end]) => format!("{start}..{end}"),
            ("shape", values) => format!("[{}]", values.join(", ")),
            ("target", _) => self.tokens.to_string().replace("& ", "").replace("usize", ""),
            (name, [unknown]) if unknown.is_empty() => format!("{name} = {}", self.tokens),
            (name, [only]) => format!("{name} = {only}"),
            (name, values) => format!("{name} = [{}]", values.join(", ")),
        }
    }
}

/// What a name stands for.
#[derive(Clone)]
pub(super) enum Meaning {
    Value(ValueId),
    Tuple(Vec<Meaning>),
    /// A number of a loop.
    Integer(i64),
    /// An argument without a gradient.
    Constant,
    /// A mistake is noted.
    Unknown,
}

/// A name in the source.
pub(super) struct Name {
    pub(super) text: String,
    pub(super) meaning: Meaning,
    pub(super) mutable: bool,
    pub(super) used: bool,
    span: Span,
}

/// More operations are no function that a compiler should unroll.
pub(super) const MOST: usize = 10_000;

/// An argument without a gradient.
pub(super) struct Given {
    pub(super) borrowed: bool,
    /// Its elements, where it is an array.
    pub(super) length: Option<usize>,
}

pub(super) struct Lowering<'a> {
    pub(super) given: HashMap<String, Given>,
    pub(super) errors: &'a mut Errors,
    pub(super) function: String,
    pub(super) graph: Graph,
    pub(super) sites: Vec<Site>,
    pub(super) names: Vec<Name>,
    /// How many of the names are arguments: the first ones.
    pub(super) arguments: usize,
    /// For each open block the names that it makes visible, innermost last.
    pub(super) scopes: Vec<HashMap<String, usize>>,
    pub(super) taken: HashSet<String>,
    /// The call whose tangent is written, where it is not the user who writes.
    pub(super) tangent_of: Option<Site>,
}

/// The graph of a function's body.
pub(crate) fn lower(signature: &Signature, errors: &mut Errors) -> Body {
    let graph = Graph::empty();
    let before = errors.len();
    let arguments = signature.arguments.iter().filter(|argument| argument.shape.is_none());
    let given = arguments.map(|argument| {
        let length = match &argument.ty {
            Type::Array(array) => match &array.len {
                Expr::Lit(ExprLit { lit: Lit::Int(length), .. }) => length.base10_parse().ok(),
                _ => None,
            },
            _ => None,
        };
        (argument.name.to_string(), Given { borrowed: argument.borrowed, length })
    });
    let mut lowering = Lowering {
        given: given.collect(),
        errors,
        function: signature.function.sig.ident.to_string(),
        graph,
        sites: Vec::new(),
        names: Vec::new(),
        arguments: signature.arguments.len(),
        scopes: vec![HashMap::new()],
        taken: HashSet::new(),
        tangent_of: None,
    };
    for argument in &signature.arguments {
        let meaning = match argument.shape {
            Some(_) => {
                let name = lowering.free(&argument.name.to_string());
                let value = lowering.graph.value(name, None);
                lowering.graph.inputs.push(value);
                Meaning::Value(value)
            }
            None => Meaning::Constant,
        };
        lowering.bind(&argument.name, meaning, false);
    }
    let end = signature.function.block.brace_token.span.close();
    let result = lowering.block(&signature.function.block);
    match result {
        Some(Meaning::Value(value)) => lowering.graph.output = value,
        Some(Meaning::Tuple(_)) => {
            lowering.errors.push(
                end,
                "a differentiable function gives one tensor: `concat` several, or write a function for each",
            );
        }
        Some(Meaning::Integer(_) | Meaning::Constant) if lowering.errors.is_empty() => {
            lowering
                .errors
                .push(end, "the result does not depend on a tensor, so that there is nothing to differentiate");
        }
        None if lowering.errors.is_empty() => {
            lowering.errors.push(end, "the result is missing: write it at the end, without `;`")
        }
        _ => {}
    }
    if lowering.errors.len() == before {
        for name in lowering.names.iter().filter(|name| !name.used && !name.text.starts_with('_')) {
            lowering.errors.push(name.span, format!("`{}` is never used: use it, or remove it", name.text));
        }
    }
    lowering.graph.certain = lowering.errors.len() == before;
    Body { graph: lowering.graph, sites: lowering.sites, value: None }
}

impl Lowering<'_> {
    pub(super) fn mistake(&mut self, place: impl Into<Place>, message: impl std::fmt::Display) -> Meaning {
        self.errors.push(place, message);
        Meaning::Unknown
    }

    /// A name that no other value of the generated code has.
    pub(super) fn free(&mut self, name: &str) -> String {
        let plain = name.trim_start_matches("r#");
        let mut text = plain.to_owned();
        let mut number = 2;
        while !self.taken.insert(text.clone()) {
            text = format!("{plain}_{number}");
            number += 1;
        }
        text
    }

    pub(super) fn bind(&mut self, name: &Ident, meaning: Meaning, mutable: bool) {
        let text = name.to_string();
        self.scopes.last_mut().expect("a block is open").insert(text.clone(), self.names.len());
        self.names.push(Name { text, meaning, mutable, used: false, span: name.span() });
    }

    pub(super) fn lookup(&self, text: &str) -> Option<usize> {
        self.scopes.iter().rev().find_map(|scope| scope.get(text).copied())
    }

    pub(super) fn node(&mut self, what: What, settings: Vec<Setting>, inputs: Vec<ValueId>, place: Place) -> Meaning {
        if self.sites.len() == MOST {
            self.errors.push(
                place,
                format!(
                    "`{}` has more than {MOST} operations, loops unrolled: write a loop as an operation of tensors",
                    self.function
                ),
            );
        }
        if self.sites.len() >= MOST {
            self.sites.truncate(MOST + 1);
            return Meaning::Unknown;
        }
        let name = format!("v{}", self.graph.names.len());
        let name = self.free(&name);
        let place = self.tangent_of.as_ref().map_or(place, |site| site.place);
        let output = self.graph.value(name, None);
        let (layer, span) = (self.sites.len(), place.ends().0);
        self.graph.nodes.push(Node { layer, element: None, part: (0, 1), inputs, output, span });
        self.sites.push(Site { what, settings, place });
        Meaning::Value(output)
    }

    /// The value of an expression, which is a tensor or a number.
    pub(super) fn value(&mut self, expression: &Expr) -> Option<ValueId> {
        let place = Place::of(&expression.to_token_stream());
        match self.expression(expression) {
            Meaning::Integer(number) if self.rounds(expression) => {
                let tokens = expression.to_token_stream();
                let message = format!("`{tokens}` is {number} in integers: write it with a point, such as `1.0 / 3.0`");
                self.errors.push(place, message);
                None
            }
            Meaning::Value(value) => Some(value),
            Meaning::Integer(number) => {
                let number = TokenStream::from(proc_macro2::TokenTree::from(proc_macro2::Literal::f64_unsuffixed(
                    number as f64,
                )));
                match self.node(What::Number(number), Vec::new(), Vec::new(), place) {
                    Meaning::Value(value) => Some(value),
                    _ => None,
                }
            }
            Meaning::Constant => {
                let name = super::expression::unwrapped(expression).to_token_stream();
                let message = format!("`{name}` is no tensor: it can stand in a condition, or be handed to a function");
                self.errors.push(place, message);
                None
            }
            Meaning::Tuple(_) => {
                self.errors
                    .push(place, "a tensor is expected, but this is a tuple: take it apart by `let (a, b) = ..;`");
                None
            }
            Meaning::Unknown => None,
        }
    }

    /// Whether an expression over integers divides one by another that does not divide it.
    fn rounds(&mut self, expression: &Expr) -> bool {
        match expression {
            Expr::Paren(inner) => self.rounds(&inner.expr),
            Expr::Group(inner) => self.rounds(&inner.expr),
            Expr::Unary(unary) => self.rounds(&unary.expr),
            Expr::Binary(binary) => {
                let rest = |left: i64, right: i64| left.checked_rem(right).is_some_and(|rest| rest != 0);
                let numbers = self.integer(&binary.left).zip(self.integer(&binary.right));
                matches!(binary.op, BinOp::Div(_)) && numbers.is_some_and(|(left, right)| rest(left, right))
                    || self.rounds(&binary.left)
                    || self.rounds(&binary.right)
            }
            _ => false,
        }
    }

    /// The number of an expression over literals, loop variables and constants of the function.
    pub(super) fn integer(&mut self, expression: &Expr) -> Option<i64> {
        match expression {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
            Expr::Paren(inner) => self.integer(&inner.expr),
            Expr::Group(inner) => self.integer(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => self.integer(&unary.expr)?.checked_neg(),
            Expr::Path(path) => {
                let at = self.lookup(&path.path.get_ident()?.to_string())?;
                let Meaning::Integer(number) = self.names[at].meaning else { return None };
                self.names[at].used = true;
                Some(number)
            }
            Expr::Binary(binary) => {
                let (left, right) = (self.integer(&binary.left)?, self.integer(&binary.right)?);
                match binary.op {
                    BinOp::Add(_) => left.checked_add(right),
                    BinOp::Sub(_) => left.checked_sub(right),
                    BinOp::Mul(_) => left.checked_mul(right),
                    BinOp::Div(_) => left.checked_div(right),
                    BinOp::Rem(_) => left.checked_rem(right),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
