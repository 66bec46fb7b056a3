//! `if` over what has no gradient: two bodies that take the same values.

use super::body::{Body, Lowering, Meaning, Setting, What};
use super::expression::unwrapped;
use crate::error::Place;
use crate::graph::{Graph, ValueId};
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeSet, HashMap};
use syn::{BinOp, Expr, ExprIf, UnOp};

/// What decides.
#[derive(Clone)]
pub(crate) enum Condition {
    /// An expression of arguments that have no gradient.
    Rust(TokenStream),
    /// Two numbers, by their places among the values of the condition.
    Compare(usize, TokenStream, usize),
    /// `a && b`
    Both(Box<Condition>, TokenStream, Box<Condition>),
    /// `!a`
    Not(Box<Condition>),
}

/// One way: its body, what it is the end of, and what variables stand for behind it.
struct Way {
    body: Body,
    /// The value of the block, where it has one.
    result: Option<Meaning>,
    /// The meanings of the names that were visible before, by the number of each.
    names: Vec<(usize, Meaning)>,
}

impl Lowering<'_> {
    /// `if`, as a value or as a statement.
    pub(super) fn branch(&mut self, branch: &ExprIf, is_value: bool) -> Meaning {
        if let Some(taken) = self.known(&branch.cond) {
            return self.taken(branch, taken, is_value);
        }
        let place = Place::of(&branch.cond.to_token_stream());
        if is_value && branch.else_branch.is_none() {
            return self.mistake(
                branch.if_token.span,
                "this `if` gives nothing where its condition is false: write `else { .. }`",
            );
        }
        let mut compared = Vec::new();
        let Some(condition) = self.condition(&branch.cond, &mut compared) else { return Meaning::Unknown };
        let errors = self.errors.len();
        let outer = self.visible();
        let ways = [
            self.way(&outer, is_value, |lowering| lowering.block(&branch.then_branch)),
            self.way(&outer, is_value, |lowering| match &branch.else_branch {
                None => None,
                Some((_, other)) => match &**other {
                    Expr::Block(block) => lowering.block(&block.block),
                    Expr::If(next) => Some(lowering.branch(next, is_value)),
                    other => Some(lowering.expression(other)),
                },
            }),
        ];
        if self.errors.len() > errors {
            return Meaning::Unknown;
        }
        let mut join = Join { lowering: self, condition, compared, captured: outer.iter().copied().collect(), place };
        for (at, first) in &ways[0].names {
            let Some((_, second)) = ways[1].names.iter().find(|(own, _)| own == at) else { continue };
            let before = join.lowering.names[*at].meaning.clone();
            if !join.is_untouched(&before, first) || !join.is_untouched(&before, second) {
                join.lowering.names[*at].meaning = join.meaning(&ways, [first, second]);
            }
        }
        match (is_value, &ways[0].result, &ways[1].result) {
            (false, ..) => Meaning::Unknown,
            (true, Some(first), Some(second)) => join.meaning(&ways, [first, second]),
            (true, ..) => self.mistake(place, "both ways give a value: write it at the end of each, without `;`"),
        }
    }

    /// The way of a condition that the macro knows.
    fn taken(&mut self, branch: &ExprIf, taken: bool, is_value: bool) -> Meaning {
        let result = match (&branch.else_branch, taken) {
            (_, true) => self.block(&branch.then_branch),
            (None, false) => None,
            (Some((_, other)), false) => match &**other {
                Expr::Block(block) => self.block(&block.block),
                Expr::If(next) => Some(self.branch(next, is_value)),
                other => Some(self.expression(other)),
            },
        };
        match result {
            Some(meaning) => meaning,
            None if is_value => {
                self.mistake(branch.if_token.span, "this `if` gives nothing: write a value at the end of both ways")
            }
            None => Meaning::Unknown,
        }
    }

    /// Whether a condition over numbers of loops holds.
    fn known(&mut self, condition: &Expr) -> Option<bool> {
        match unwrapped(condition) {
            Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Bool(value) => Some(value.value),
                _ => None,
            },
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => self.known(&unary.expr).map(|known| !known),
            Expr::Binary(binary) => match binary.op {
                BinOp::And(_) => Some(self.known(&binary.left)? && self.known(&binary.right)?),
                BinOp::Or(_) => Some(self.known(&binary.left)? || self.known(&binary.right)?),
                _ => {
                    let (left, right) = (self.integer(&binary.left)?, self.integer(&binary.right)?);
                    match binary.op {
                        BinOp::Lt(_) => Some(left < right),
                        BinOp::Le(_) => Some(left <= right),
                        BinOp::Gt(_) => Some(left > right),
                        BinOp::Ge(_) => Some(left >= right),
                        BinOp::Eq(_) => Some(left == right),
                        BinOp::Ne(_) => Some(left != right),
                        _ => None,
                    }
                }
            },
            _ => None,
        }
    }

    /// A condition, and the values that it compares.
    fn condition(&mut self, condition: &Expr, compared: &mut Vec<ValueId>) -> Option<Condition> {
        match unwrapped(condition) {
            Expr::Let(_) => {
                let place = Place::of(&condition.to_token_stream());
                self.mistake(place, "a condition compares, and takes nothing apart: hand over a `bool` and a number");
                None
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                Some(Condition::Not(Box::new(self.condition(&unary.expr, compared)?)))
            }
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) => {
                let left = self.condition(&binary.left, compared)?;
                let right = self.condition(&binary.right, compared)?;
                Some(Condition::Both(Box::new(left), binary.op.to_token_stream(), Box::new(right)))
            }
            Expr::Binary(binary) if self.mentions_values(&binary.to_token_stream()) => {
                if !matches!(
                    binary.op,
                    BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) | BinOp::Eq(_) | BinOp::Ne(_)
                ) {
                    self.mistake(
                        Place::of(&binary.op.to_token_stream()),
                        "a condition compares: write `<`, `>`, `==` or another comparison",
                    );
                    return None;
                }
                let operands = [self.value(&binary.left)?, self.value(&binary.right)?];
                compared.extend(operands);
                let at = compared.len() - 2;
                Some(Condition::Compare(at, binary.op.to_token_stream(), at + 1))
            }
            other => {
                let tokens = other.to_token_stream();
                if self.mentions_values(&tokens) {
                    self.mistake(Place::of(&tokens), "a condition compares numbers: write `detach(x) > 0.0`");
                    return None;
                }
                Some(Condition::Rust(self.substituted(tokens)))
            }
        }
    }

    /// Whether tokens have a name of a tensor in them.
    fn mentions_values(&self, tokens: &TokenStream) -> bool {
        tokens.clone().into_iter().any(|tree| match tree {
            TokenTree::Ident(word) => {
                let name = self.lookup(&word.to_string());
                name.is_some_and(|at| matches!(self.names[at].meaning, Meaning::Value(_) | Meaning::Tuple(_)))
            }
            TokenTree::Group(group) => self.mentions_values(&group.stream()),
            _ => false,
        })
    }

    /// An expression of arguments without a gradient, with the numbers of loops in place of their names.
    fn substituted(&mut self, tokens: TokenStream) -> TokenStream {
        let word = |lowering: &mut Self, word: Ident| -> TokenTree {
            let Some(at) = lowering.lookup(&word.to_string()) else { return word.into() };
            lowering.names[at].used = true;
            match lowering.names[at].meaning {
                Meaning::Integer(number) => {
                    let mut literal = Literal::i64_unsuffixed(number);
                    literal.set_span(word.span());
                    literal.into()
                }
                _ => word.into(),
            }
        };
        let mut result = Vec::new();
        for tree in tokens {
            result.push(match tree {
                TokenTree::Ident(ident) => word(self, ident),
                TokenTree::Group(group) => {
                    let mut inner = proc_macro2::Group::new(group.delimiter(), self.substituted(group.stream()));
                    inner.set_span(group.span());
                    inner.into()
                }
                other => other,
            });
        }
        result.into_iter().collect()
    }

    /// The values that any visible name stands for.
    fn visible(&self) -> BTreeSet<ValueId> {
        fn collect(meaning: &Meaning, values: &mut BTreeSet<ValueId>) {
            match meaning {
                Meaning::Value(value) => drop(values.insert(*value)),
                Meaning::Tuple(parts) => parts.iter().for_each(|part| collect(part, values)),
                _ => {}
            }
        }
        let mut values = BTreeSet::new();
        self.visible_names().iter().for_each(|at| collect(&self.names[*at].meaning, &mut values));
        values
    }

    /// The names that can be written here, by their numbers.
    fn visible_names(&self) -> BTreeSet<usize> {
        self.scopes.iter().flat_map(HashMap::values).copied().collect()
    }

    /// Lowers one way into a body of its own, whose inputs are the values of the outer one.
    fn way(
        &mut self,
        outer: &BTreeSet<ValueId>,
        is_value: bool,
        lower: impl FnOnce(&mut Self) -> Option<Meaning>,
    ) -> Way {
        let mut graph = Graph::empty();
        let inner: HashMap<ValueId, ValueId> = outer
            .iter()
            .map(|value| {
                let input = graph.value(self.graph.names[value.0].clone(), self.graph.spoken[value.0].clone());
                graph.inputs.push(input);
                (*value, input)
            })
            .collect();
        let visible = self.visible_names();
        let before: Vec<(usize, Meaning)> = visible.iter().map(|at| (*at, self.names[*at].meaning.clone())).collect();
        for at in &visible {
            self.names[*at].meaning = translated(&self.names[*at].meaning, &inner);
        }
        let graph = std::mem::replace(&mut self.graph, graph);
        let sites = std::mem::take(&mut self.sites);
        let mut result = lower(self);
        if is_value {
            result = result.map(|meaning| self.numbered(meaning));
        }
        let mut names = Vec::new();
        for (at, before) in &before {
            let meaning = self.names[*at].meaning.clone();
            let same = matches!((&meaning, before), (Meaning::Integer(a), Meaning::Integer(b)) if a == b);
            names.push((*at, if same { meaning } else { self.numbered(meaning) }));
        }
        let body = Body {
            graph: std::mem::replace(&mut self.graph, graph),
            sites: std::mem::replace(&mut self.sites, sites),
            value: None,
        };
        for (at, meaning) in before {
            self.names[at].meaning = meaning;
        }
        Way { body, result, names }
    }

    /// Numbers as values: two ways may give different ones.
    fn numbered(&mut self, meaning: Meaning) -> Meaning {
        match meaning {
            Meaning::Integer(number) => {
                let literal = TokenTree::from(Literal::f64_unsuffixed(number as f64));
                let place = Place::of(&literal.clone().into());
                self.node(What::Number(literal.into()), Vec::<Setting>::new(), Vec::new(), place)
            }
            Meaning::Tuple(parts) => Meaning::Tuple(parts.into_iter().map(|part| self.numbered(part)).collect()),
            other => other,
        }
    }
}

/// What comes out of both ways.
struct Join<'a, 'b> {
    lowering: &'a mut Lowering<'b>,
    condition: Condition,
    compared: Vec<ValueId>,
    captured: Vec<ValueId>,
    place: Place,
}

impl Join<'_, '_> {
    /// Whether a name stands behind a way for what it stood for before.
    fn is_untouched(&self, before: &Meaning, behind: &Meaning) -> bool {
        match (before, behind) {
            (Meaning::Value(outer), Meaning::Value(inner)) => self.captured.get(inner.0) == Some(outer),
            (Meaning::Tuple(outer), Meaning::Tuple(inner)) => {
                outer.len() == inner.len()
                    && outer.iter().zip(inner).all(|(outer, inner)| self.is_untouched(outer, inner))
            }
            (Meaning::Integer(outer), Meaning::Integer(inner)) => outer == inner,
            (Meaning::Constant, Meaning::Constant) | (Meaning::Unknown, _) | (_, Meaning::Unknown) => true,
            _ => false,
        }
    }

    /// One meaning of both ways.
    fn meaning(&mut self, ways: &[Way; 2], pair: [&Meaning; 2]) -> Meaning {
        match pair {
            [Meaning::Value(first), Meaning::Value(second)] => {
                let body = |way: &Way, output: ValueId| {
                    let mut body = way.body.clone();
                    body.graph.output = output;
                    body
                };
                let bodies = [body(&ways[0], *first), body(&ways[1], *second)];
                let used: Vec<bool> = {
                    let needed = bodies.each_ref().map(needed);
                    (0..self.captured.len()).map(|at| needed[0][at] || needed[1][at]).collect()
                };
                let bodies = bodies.map(|mut body| {
                    let mut used = used.iter();
                    body.graph.inputs.retain(|_| used.next().copied().unwrap_or(false));
                    body
                });
                let captured = self.captured.iter().zip(&used).filter(|(_, used)| **used).map(|(value, _)| *value);
                let inputs = self.compared.iter().copied().chain(captured).collect();
                let what = What::Branch(Box::new((self.condition.clone(), bodies)));
                self.lowering.node(what, Vec::new(), inputs, self.place)
            }
            [Meaning::Tuple(first), Meaning::Tuple(second)] if first.len() == second.len() => Meaning::Tuple(
                first.iter().zip(second).map(|(first, second)| self.meaning(ways, [first, second])).collect(),
            ),
            [Meaning::Unknown, _] | [_, Meaning::Unknown] => Meaning::Unknown,
            [Meaning::Constant, Meaning::Constant] => Meaning::Constant,
            _ => self.lowering.mistake(self.place, "both ways give as many values: make them alike"),
        }
    }
}

/// Which inputs a body needs for its output.
fn needed(body: &Body) -> Vec<bool> {
    let mut needed = vec![false; body.graph.names.len()];
    needed[body.graph.output.0] = true;
    for node in body.graph.nodes.iter().rev() {
        if needed[node.output.0] {
            node.inputs.iter().for_each(|input| needed[input.0] = true);
        }
    }
    body.graph.inputs.iter().map(|input| needed[input.0]).collect()
}

fn translated(meaning: &Meaning, inner: &HashMap<ValueId, ValueId>) -> Meaning {
    match meaning {
        Meaning::Value(value) => inner.get(value).map_or(Meaning::Unknown, |value| Meaning::Value(*value)),
        Meaning::Tuple(parts) => Meaning::Tuple(parts.iter().map(|part| translated(part, inner)).collect()),
        other => other.clone(),
    }
}

/// Whether an `if` gives a value: its first way ends with one.
pub(super) fn gives(branch: &ExprIf) -> bool {
    match branch.then_branch.stmts.last() {
        Some(syn::Stmt::Expr(Expr::If(inner), None)) => gives(inner),
        Some(syn::Stmt::Expr(Expr::ForLoop(_) | Expr::Assign(_), None)) => false,
        Some(syn::Stmt::Expr(Expr::Binary(binary), None)) => super::statement::assigned(&binary.op).is_none(),
        Some(syn::Stmt::Expr(_, None)) => true,
        _ => false,
    }
}
