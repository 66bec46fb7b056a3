//! Statements of a body: `let`, assignments and loops.

use super::body::{Lowering, MOST, Meaning, What};
use super::expression::{first, unwrapped};
use crate::error::Place;
use quote::ToTokens;
use std::collections::HashMap;
use syn::{BinOp, Block, Expr, Pat, RangeLimits, Stmt, Type};

impl Lowering<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Option<Meaning> {
        self.scopes.push(HashMap::new());
        let mut result = None;
        for (at, statement) in block.stmts.iter().enumerate() {
            let last = at + 1 == block.stmts.len();
            match statement {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expression, None) if last => result = self.ending(expression),
                Stmt::Expr(expression, _) => self.statement(expression),
                Stmt::Item(syn::Item::Const(constant)) => {
                    let value = constant.expr.to_token_stream();
                    let place = Place::of(&value);
                    let meaning = match self.integer(&constant.expr) {
                        Some(number) if !matches!(&*constant.ty, Type::Path(path) if path.path.is_ident("f32") || path.path.is_ident("f64")) => {
                            Meaning::Integer(number)
                        }
                        _ => self.node(What::Number(value), Vec::new(), Vec::new(), place),
                    };
                    self.bind(&constant.ident, meaning, false);
                }
                other => {
                    self.mistake(
                        Place::of(&other.to_token_stream()),
                        "this cannot be differentiated: write it outside of the function",
                    );
                }
            }
        }
        self.scopes.pop();
        result
    }

    /// The expression at the end of a block: its result, or a statement without `;`.
    pub(super) fn ending(&mut self, expression: &Expr) -> Option<Meaning> {
        match expression {
            Expr::ForLoop(_) | Expr::Assign(_) => {
                self.statement(expression);
                None
            }
            Expr::Binary(binary) if assigned(&binary.op).is_some() => {
                self.statement(expression);
                None
            }
            Expr::If(branch) if !super::branch::gives(branch) => {
                self.statement(expression);
                None
            }
            _ => Some(self.expression(expression)),
        }
    }

    pub(super) fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            self.mistake(
                Place::of(&local.to_token_stream()),
                "a value is made where it is declared: write `let y = ..;`",
            );
            let pattern = match &local.pat {
                Pat::Type(typed) => &typed.pat,
                other => other,
            };
            if let Pat::Ident(name) = pattern {
                self.bind(&name.ident, Meaning::Unknown, true);
            }
            return;
        };
        if let Some((word, _)) = &init.diverge {
            self.mistake(word.span, "a tensor always matches: remove `else`");
        }
        let (pattern, ty) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            other => (other, None),
        };
        let mut meaning = self.expression(&init.expr);
        if let (Some(ty), Meaning::Value(value)) = (ty, &meaning)
            && !matches!(ty, Type::Infer(_))
        {
            let place = Place::of(&ty.to_token_stream());
            meaning = self.node(What::Typed(Box::new(ty.clone())), Vec::new(), vec![*value], place);
        }
        self.pattern(pattern, meaning);
    }

    pub(super) fn pattern(&mut self, pattern: &Pat, meaning: Meaning) {
        match pattern {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                if let Meaning::Value(value) = meaning
                    && self.graph.spoken[value.0].is_none()
                    && !self.graph.inputs.contains(&value)
                {
                    let text = name.ident.to_string();
                    self.graph.names[value.0] = self.free(&text);
                    self.graph.spoken[value.0] = Some(format!("`{text}`"));
                }
                self.bind(&name.ident, meaning, name.mutability.is_some());
            }
            Pat::Wild(_) => {}
            Pat::Tuple(tuple) => match meaning {
                Meaning::Tuple(parts) if parts.len() == tuple.elems.len() => {
                    for (pattern, part) in tuple.elems.iter().zip(parts) {
                        self.pattern(pattern, part);
                    }
                }
                meaning => {
                    if let Meaning::Tuple(parts) = &meaning {
                        let (names, values) = (tuple.elems.len(), parts.len());
                        let message =
                            format!("{names} names for {values} values: write as many of one as of the other");
                        self.mistake(Place::of(&tuple.to_token_stream()), message);
                    } else if !matches!(meaning, Meaning::Unknown) {
                        let message = "this is one value for several names: write `let y = ..;`";
                        self.mistake(Place::of(&tuple.to_token_stream()), message);
                    }
                    tuple.elems.iter().for_each(|pattern| self.pattern(pattern, Meaning::Unknown));
                }
            },
            Pat::Slice(slice) => {
                if !matches!(meaning, Meaning::Unknown) {
                    let message = "an array is not taken apart here: write `let y = ..;`, and `y[0]`";
                    self.mistake(Place::of(&slice.to_token_stream()), message);
                }
                slice.elems.iter().for_each(|pattern| self.pattern(pattern, Meaning::Unknown));
            }
            other => {
                self.mistake(
                    Place::of(&other.to_token_stream()),
                    "a value gets a name here: write `let y = ..;` or `let (a, b) = ..;`",
                );
            }
        }
    }

    pub(super) fn statement(&mut self, expression: &Expr) {
        match expression {
            Expr::Assign(assign) => {
                let meaning = self.expression(&assign.right);
                self.assign(&assign.left, meaning);
            }
            Expr::Binary(binary) if assigned(&binary.op).is_some() => {
                let sign = assigned(&binary.op).unwrap_or("+");
                let place = Place::of(&expression.to_token_stream());
                let operands = [self.value(&binary.left), self.value(&binary.right)];
                let meaning = self.element(sign, &operands, place);
                self.assign(&binary.left, meaning);
            }
            Expr::ForLoop(over) => self.unroll(over),
            Expr::Block(block) => {
                self.block(&block.block);
            }
            Expr::If(branch) => {
                self.branch(branch, false);
            }
            Expr::While(_) | Expr::Loop(_) => {
                self.mistake(
                    first(expression),
                    "how often this runs is not known to the compiler: write `for i in 0..10`",
                );
            }
            Expr::Break(_) | Expr::Continue(_) => {
                self.mistake(
                    first(expression),
                    "a loop runs all its steps: write `if` around what follows, or another range",
                );
            }
            other => {
                let before = self.errors.len();
                self.expression(other);
                if self.errors.len() == before {
                    let place = Place::of(&other.to_token_stream());
                    self.mistake(place, "this value is of no use: give it a name, or remove the line");
                }
            }
        }
    }

    pub(super) fn assign(&mut self, target: &Expr, meaning: Meaning) {
        let place = Place::of(&target.to_token_stream());
        let Expr::Path(path) = target else {
            self.mistake(place, "a value is assigned to as a whole: write a new one, `let y = ..;`");
            return;
        };
        let Some(name) = path.path.get_ident() else {
            self.mistake(place, "a value is assigned to by its name");
            return;
        };
        let text = name.to_string();
        match self.lookup(&text) {
            Some(at) if self.names[at].mutable => {
                self.names[at].meaning = meaning;
            }
            Some(at) if at < self.arguments => {
                let message =
                    format!("`{text}` is an argument, and not mutable: write `let mut {text} = {text};` before");
                self.mistake(place, message);
            }
            Some(_) => {
                self.mistake(place, format!("`{text}` is not mutable: write `let mut {text}`"));
            }
            None => {
                self.mistake(place, format!("there is no value `{text}`: write `let mut {text} = ..;` before it"));
            }
        }
    }

    pub(super) fn unroll(&mut self, over: &syn::ExprForLoop) {
        let Expr::Range(range) = unwrapped(&over.expr) else {
            let place = Place::of(&over.expr.to_token_stream());
            self.mistake(place, "a loop counts: write `for i in 0..3`, and `x[i]` in it");
            return;
        };
        let name = match &*over.pat {
            Pat::Ident(name) => Some(&name.ident),
            Pat::Wild(_) => None,
            other => {
                self.mistake(Place::of(&other.to_token_stream()), "a loop counts: write `for i in 0..3`");
                return;
            }
        };
        let bound = |lowering: &mut Self, bound: &Option<Box<Expr>>| {
            let bound = bound.as_ref()?;
            let number = lowering.integer(bound);
            if number.is_none() {
                let place = Place::of(&bound.to_token_stream());
                lowering.mistake(place, "the bounds of a loop are numbers that the macro knows: write a literal, or a `const` in this function");
            }
            number
        };
        let (Some(start), Some(end)) = (bound(self, &range.start), bound(self, &range.end)) else {
            if range.start.is_none() || range.end.is_none() {
                self.mistake(Place::of(&range.to_token_stream()), "a loop has both bounds: write `0..3`");
            }
            return;
        };
        let end = if matches!(range.limits, RangeLimits::Closed(_)) { end + 1 } else { end };
        for number in start..end {
            let (errors, sites) = (self.errors.len(), self.sites.len());
            self.scopes.push(HashMap::new());
            if let Some(name) = name {
                self.bind(name, Meaning::Integer(number), false);
                let at = self.names.len() - 1;
                self.names[at].used = true;
            }
            self.block(&over.body);
            self.scopes.pop();
            if self.errors.len() > errors || sites >= MOST || (end - start) > MOST as i64 && self.sites.len() == sites {
                return;
            }
        }
    }
}

/// The operator of a compound assignment.
pub(super) fn assigned(operator: &BinOp) -> Option<&'static str> {
    match operator {
        BinOp::AddAssign(_) => Some("+"),
        BinOp::SubAssign(_) => Some("-"),
        BinOp::MulAssign(_) => Some("*"),
        BinOp::DivAssign(_) => Some("/"),
        _ => None,
    }
}
