//! The body of a function to a graph: every value is made once, by one node, in the order in which it is written.
//!
//! Loops over constant ranges are unrolled, and a variable that is assigned to is another value from there on.

use super::branch::Condition;
use super::elements::{self, Element};
use super::functions::{self, Function};
use super::signature::Signature;
use crate::error::{Errors, Place, nearest};
use crate::graph::{Graph, Node, ValueId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::{BTreeSet, HashMap, HashSet};
use syn::{BinOp, Block, Expr, ExprBinary, ExprLit, Lit, Pat, RangeLimits, Stmt, Type, UnOp};

/// A function's graph, and what its nodes do: the n-th site is that of the nodes of layer n.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) graph: Graph,
    pub(crate) sites: Vec<Site>,
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
    Own(syn::Path, Vec<Option<TokenStream>>),
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
const MOST: usize = 10_000;

/// An argument without a gradient.
struct Given {
    borrowed: bool,
    /// Its elements, where it is an array.
    length: Option<usize>,
}

pub(super) struct Lowering<'a> {
    given: HashMap<String, Given>,
    pub(super) errors: &'a mut Errors,
    function: String,
    pub(super) graph: Graph,
    pub(super) sites: Vec<Site>,
    pub(super) names: Vec<Name>,
    /// For each open block the names that it makes visible, innermost last.
    pub(super) scopes: Vec<HashMap<String, usize>>,
    taken: HashSet<String>,
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
        scopes: vec![HashMap::new()],
        taken: HashSet::new(),
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
        Some(Meaning::Integer(_) | Meaning::Constant) => {
            lowering
                .errors
                .push(end, "the result does not depend on a tensor, so that there is nothing to differentiate");
        }
        Some(Meaning::Unknown) => {}
        None => lowering.errors.push(end, "the result is missing: write it at the end, without `;`"),
    }
    if lowering.errors.len() == before {
        for name in lowering.names.iter().filter(|name| !name.used && !name.text.starts_with('_')) {
            lowering.errors.push(name.span, format!("`{}` is never used: use it, or remove it", name.text));
        }
    }
    lowering.graph.certain = lowering.errors.len() == before;
    Body { graph: lowering.graph, sites: lowering.sites }
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

    fn bind(&mut self, name: &Ident, meaning: Meaning, mutable: bool) {
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
                let message = "this argument is no tensor: it can stand in a condition, or be handed to a function";
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
    fn ending(&mut self, expression: &Expr) -> Option<Meaning> {
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

    fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            self.mistake(
                Place::of(&local.to_token_stream()),
                "a value is made where it is declared: write `let y = ..;`",
            );
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

    fn pattern(&mut self, pattern: &Pat, meaning: Meaning) {
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
                Meaning::Tuple(parts) => {
                    let (names, values) = (tuple.elems.len(), parts.len());
                    self.mistake(
                        Place::of(&tuple.to_token_stream()),
                        format!("{names} names for {values} values: write as many of one as of the other"),
                    );
                }
                Meaning::Unknown => tuple.elems.iter().for_each(|pattern| self.pattern(pattern, Meaning::Unknown)),
                _ => {
                    self.mistake(
                        Place::of(&tuple.to_token_stream()),
                        "this is one value for several names: write `let y = ..;`",
                    );
                }
            },
            other => {
                self.mistake(
                    Place::of(&other.to_token_stream()),
                    "a value gets a name here: write `let y = ..;` or `let (a, b) = ..;`",
                );
            }
        }
    }

    fn statement(&mut self, expression: &Expr) {
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

    fn assign(&mut self, target: &Expr, meaning: Meaning) {
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
            Some(_) => {
                self.mistake(place, format!("`{text}` is not mutable: write `let mut {text}`"));
            }
            None => {
                self.mistake(place, format!("there is no value `{text}`: write `let mut {text} = ..;` before it"));
            }
        }
    }

    fn unroll(&mut self, over: &syn::ExprForLoop) {
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

    fn element(&mut self, name: &str, operands: &[Option<ValueId>], place: Place) -> Meaning {
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
                    let message = format!("a tensor has no method `{method}`: call a function, `{method}({receiver})`");
                    return self.mistake(call.method.span(), message);
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
            _ => self.refused(expression, place),
        }
    }

    /// What cannot be differentiated, and what to write instead.
    fn refused(&mut self, expression: &Expr, place: Place) -> Meaning {
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
            _ => {
                "this cannot be differentiated: write operators, functions of tensors and calls of differentiable functions"
            }
        };
        let place = match expression {
            Expr::Match(_) | Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) | Expr::Closure(_) | Expr::Return(_) => {
                first(expression).into()
            }
            _ => place,
        };
        self.mistake(place, advice)
    }

    fn literal(&mut self, literal: &ExprLit, place: Place) -> Meaning {
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
            _ => self.mistake(place, "this is no number: write `2.0`"),
        }
    }

    fn path(&mut self, path: &syn::Path, place: Place) -> Meaning {
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

    fn binary(&mut self, binary: &ExprBinary, place: Place) -> Meaning {
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
            _ => return self.mistake(place, "this operator has no gradient: write `+`, `-`, `*` or `/`"),
        };
        let operands = [self.value(&binary.left), self.value(&binary.right)];
        self.element(sign, &operands, place)
    }

    /// The number of an operation on numbers that are known.
    fn integer_of(&mut self, binary: &ExprBinary) -> Option<i64> {
        self.integer(&Expr::Binary(binary.clone()))
    }

    fn index(&mut self, index: &syn::ExprIndex, place: Place) -> Meaning {
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

    fn call(&mut self, path: &syn::Path, arguments: &[&Expr], place: Place) -> Meaning {
        let Some(word) = path.segments.last().map(|segment| segment.ident.clone()) else { return Meaning::Unknown };
        let (text, known) = (word.to_string(), path.get_ident().is_some());
        let element = elements::find(&text).filter(|_| known);
        let function = functions::find(&text).filter(|_| known);
        if known && text == self.function {
            return self.mistake(
                word.span(),
                format!("`{text}` calls itself, which never ends at compile time: write a loop"),
            );
        }
        if known && self.lookup(&text).is_some() {
            return self.mistake(word.span(), format!("`{text}` is a value, and values are not called"));
        }
        if known && element.is_none() && function.is_none() && text != "detach" {
            let names = functions::names();
            if let Some(near) = nearest(&text, names.iter().copied()) {
                return self.mistake(word.span(), format!("there is no function `{text}`: did you mean `{near}`? A function of your own with this name is called `self::{text}`"));
            }
        }
        let is_own = element.is_none() && function.is_none() && !(text == "detach" && known);
        let (mut settings, mut operands, mut readable) = (Vec::new(), Vec::new(), true);
        // For each argument of another function what has no gradient.
        let mut constants = Vec::new();
        for argument in arguments {
            match (unwrapped(argument), function) {
                (Expr::Assign(assign), _) => settings.extend(self.setting(assign)),
                (Expr::Range(range), Some(function)) if function.options.contains(&"range") => {
                    settings.extend(self.range(range))
                }
                (Expr::Array(array), Some(function)) if function.options.contains(&"shape") => {
                    let value = array.elems.iter().map(|element| self.integer(element)).collect::<Vec<_>>();
                    let place = Place::of(&array.to_token_stream());
                    if value.contains(&None) {
                        self.mistake(place, "lengths are numbers that the macro knows: write literals");
                        readable = false;
                    }
                    settings.push(Setting { name: "shape".to_owned(), value, tokens: TokenStream::new(), place });
                }
                (argument, Some(function))
                    if function.options.contains(&"target") && self.target(argument).is_some() =>
                {
                    let tokens = self.target(argument).unwrap_or_default();
                    let place = Place::of(&argument.to_token_stream());
                    settings.push(Setting { name: "target".to_owned(), value: Vec::new(), tokens, place });
                }
                (argument, _) if is_own && self.is_constant(argument) => {
                    constants.push(Some(argument.to_token_stream()));
                }
                (argument, _) => {
                    let value = self.value(argument);
                    readable &= value.is_some();
                    operands.push(value);
                    constants.push(None);
                }
            }
        }
        if !readable {
            return Meaning::Unknown;
        }
        let inputs: Vec<ValueId> = operands.into_iter().flatten().collect();
        let (least, most) = match (element, function) {
            (Some(element), _) => (element.operands(), element.operands()),
            (_, Some(function)) => function.operands,
            _ if text == "detach" && known => (1, 1),
            _ => (0, usize::MAX),
        };
        if !(least..=most).contains(&inputs.len()) {
            let takes =
                if least == most { crate::shape::count(least, "value") } else { format!("{least} to {most} values") };
            let given = inputs.len();
            return self.mistake(
                place,
                format!(
                    "`{text}` takes {takes}, but {given} {} given: write as many as it takes",
                    if given == 1 { "is" } else { "are" }
                ),
            );
        }
        if let Some(wrong) = settings
            .iter()
            .find(|setting| !function.is_some_and(|function| function.options.contains(&setting.name.as_str())))
        {
            let options = function.map_or(&[][..], |function| function.options);
            let options: Vec<String> = options
                .iter()
                .filter(|name| !["range", "shape", "target"].contains(name))
                .map(|name| format!("`{name}`"))
                .collect();
            let advice =
                if options.is_empty() { "remove it".to_owned() } else { format!("it has {}", options.join(", ")) };
            let message = format!("`{text}` has no option `{}`: {advice}", wrong.name);
            let place = wrong.place;
            return self.mistake(place, message);
        }
        let what = match (element, function) {
            (Some(element), _) => What::Element(element),
            (_, Some(function)) => What::Function(function),
            _ if text == "detach" && known => What::Detach,
            _ => What::Own(path.clone(), constants),
        };
        self.node(what, settings, inputs, place)
    }

    /// Whether another function gets this argument as it is: an argument without a gradient, or an integer.
    fn is_constant(&mut self, argument: &Expr) -> bool {
        if let Expr::Lit(literal) = argument {
            return matches!(&literal.lit, Lit::Int(number) if !number.suffix().starts_with('f'))
                || matches!(literal.lit, Lit::Bool(_));
        }
        let Expr::Path(path) = unwrapped(argument) else { return false };
        let name = path.path.get_ident().and_then(|name| self.lookup(&name.to_string()));
        let Some(at) = name.filter(|at| matches!(self.names[*at].meaning, Meaning::Constant)) else { return false };
        self.names[at].used = true;
        true
    }

    /// A class, by reference: an argument without a gradient, an element of one that is an array, or an integer.
    fn target(&mut self, argument: &Expr) -> Option<TokenStream> {
        if let Some(number) = self.integer(argument) {
            let number = proc_macro2::Literal::usize_suffixed(usize::try_from(number).ok()?);
            return Some(quote!(&#number));
        }
        let (path, index) = match unwrapped(argument) {
            Expr::Path(path) => (path, None),
            Expr::Index(index) => match unwrapped(&index.expr) {
                Expr::Path(path) => (path, Some(usize::try_from(self.integer(&index.index)?).ok()?)),
                _ => return None,
            },
            _ => return None,
        };
        let name = path.path.get_ident()?;
        let at = self.lookup(&name.to_string())?;
        let Meaning::Constant = self.names[at].meaning else { return None };
        let given = self.given.get(&name.to_string())?;
        self.names[at].used = true;
        match (index, given) {
            (None, Given { borrowed: true, .. }) => Some(quote!(#name)),
            (None, _) => Some(quote!(&#name)),
            (Some(index), Given { length: Some(length), .. }) if index < *length => Some(quote!(&#name[#index])),
            (Some(_), _) => None,
        }
    }

    fn setting(&mut self, assign: &syn::ExprAssign) -> Option<Setting> {
        let place = Place::of(&assign.to_token_stream());
        let Expr::Path(name) = &*assign.left else {
            self.mistake(place, "an option has a name: write `axis = 0`");
            return None;
        };
        let name = name.path.get_ident()?.to_string();
        let value = match unwrapped(&assign.right) {
            Expr::Lit(ExprLit { lit: Lit::Bool(value), .. }) => vec![Some(i64::from(value.value))],
            Expr::Array(list) => list.elems.iter().map(|element| self.integer(element)).collect(),
            other => vec![self.integer(other)],
        };
        let tokens = match unwrapped(&assign.right) {
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_digits().parse().unwrap_or_default(),
            _ => TokenStream::new(),
        };
        if value.contains(&None) && (tokens.is_empty() || !functions::REALS.contains(&&*name)) {
            self.mistake(
                Place::of(&assign.right.to_token_stream()),
                format!("`{name}` is a number that the macro knows: write a literal"),
            );
            return None;
        }
        Some(Setting { name, value, tokens, place })
    }

    fn range(&mut self, range: &syn::ExprRange) -> Option<Setting> {
        let place = Place::of(&range.to_token_stream());
        let mut value = Vec::new();
        for (bound, more) in
            [(&range.start, 0), (&range.end, i64::from(matches!(range.limits, RangeLimits::Closed(_))))]
        {
            value.push(match bound {
                None => None,
                Some(bound) => match self.integer(bound) {
                    Some(number) => Some(number + more),
                    None => {
                        self.mistake(
                            Place::of(&bound.to_token_stream()),
                            "the bounds of a range are numbers that the macro knows: write literals",
                        );
                        return None;
                    }
                },
            });
        }
        Some(Setting { name: "range".to_owned(), value, tokens: TokenStream::new(), place })
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

/// What parentheses and references hold.
pub(super) fn unwrapped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => unwrapped(&inner.expr),
        Expr::Group(inner) => unwrapped(&inner.expr),
        Expr::Reference(inner) if inner.mutability.is_none() => unwrapped(&inner.expr),
        other => other,
    }
}

fn first(expression: &Expr) -> Span {
    Place::of(&expression.to_token_stream()).ends().0
}
