//! The tangent of a body: what its result changes by where its inputs change by given directions.
//!
//! `y' = sum over operands x of dy/dx x'`, node by node in the order of the body
//!
//! What an element's gradient gets is linear in `dy`, so that the same formula with `x'` in its place is the tangent, and
//! functions of tensors say theirs in the language itself. So the tangent is a body as any other: its gradient by the inputs
//! is the Hessian times the directions, and its gradient by the directions is the gradient of the function
//! (Pearlmutter, [Fast exact multiplication by the Hessian](https://www.bcl.hamilton.ie/~barak/papers/nc-hessian.pdf), 1994).

use super::body::{Body, Lowering, Meaning, Setting, Site, What};
use super::elements;
use super::functions::{self, Callee, Function, Tangent};
use crate::error::{Errors, Place};
use crate::graph::{Node, ValueId};
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use std::collections::{HashMap, HashSet};
use syn::{Expr, ExprPath};

/// A body whose result is the tangent of that of `body`. Behind its inputs stand the directions of those that move.
pub(crate) fn derive(body: Body, moves: &[bool], function: &str, errors: &mut Errors) -> Body {
    let Body { graph, sites, .. } = body;
    let (nodes, value) = (graph.nodes.clone(), graph.output);
    let lowering = Lowering {
        given: HashMap::new(),
        arguments: 0,
        errors,
        function: function.to_owned(),
        taken: graph.names.iter().cloned().collect(),
        graph,
        sites,
        names: Vec::new(),
        scopes: Vec::new(),
        tangent_of: None,
    };
    let of = vec![None; lowering.graph.names.len()];
    let mut tangents = Tangents { lowering, of };
    let inputs = tangents.lowering.graph.inputs.clone();
    for (input, _) in inputs.iter().zip(moves).filter(|(_, moves)| **moves) {
        let name = tangents.name_of(*input);
        let direction = tangents.lowering.graph.value(name, None);
        tangents.lowering.graph.inputs.push(direction);
        tangents.of[input.0] = Some(direction);
    }
    for node in &nodes {
        if node.inputs.iter().any(|input| tangents.of[input.0].is_some()) {
            tangents.of[node.output.0] = tangents.node(node);
        }
    }
    let output = tangents.of[value.0].or_else(|| tangents.zero(value));
    let Lowering { mut graph, sites, .. } = tangents.lowering;
    graph.certain &= output.is_some();
    graph.output = output.unwrap_or(value);
    Body { graph, sites, value: Some(value) }
}

struct Tangents<'a> {
    /// The graph of the body, which grows.
    lowering: Lowering<'a>,
    /// The tangent of each value of the body; there is none where it does not move.
    of: Vec<Option<ValueId>>,
}

impl Tangents<'_> {
    /// `vx` for `x`, if that is free.
    fn name_of(&mut self, value: ValueId) -> String {
        let name = format!("v{}", self.lowering.graph.names[value.0]);
        self.lowering.free(&name)
    }

    /// The tangent of what a node makes, of which an operand moves.
    fn node(&mut self, node: &Node) -> Option<ValueId> {
        let site = self.lowering.sites[node.layer].clone();
        self.lowering.tangent_of = Some(site.clone());
        let before = self.lowering.graph.names.len();
        let tangent = match &site.what {
            What::Number(_) | What::Detach | What::Repeated | What::Zero | What::Count => None,
            What::Element(element) => {
                let tangent = self.sum(node, element.shares)?;
                self.like(tangent, node.output)
            }
            What::Function(function) => match formulas(function, node, &site) {
                None => self.linear(node, &site),
                Some(formulas) => {
                    let tangent = self.sum(node, formulas)?;
                    self.like(tangent, node.output)
                }
            },
            What::Own(Callee { path, .. }, arguments) => {
                let directions = node.inputs.iter().map(|input| self.moved(*input)).collect::<Option<Vec<_>>>()?;
                let arguments = arguments.iter().cloned().chain(directions.iter().map(|_| None)).collect();
                let what = What::Own(Callee { path: path.clone(), tangent: true }, arguments);
                self.make(what, Vec::new(), [&node.inputs[..], &directions].concat())
            }
            What::Index(_) | What::Slice(..) | What::Stack | What::Typed(_) => self.linear(node, &site),
            What::Branch(branch) => {
                let (condition, ways) = &**branch;
                let compared = node.inputs.len() - ways[0].graph.inputs.len();
                let taken = node.inputs[compared..].iter().map(|input| self.of[input.0]).collect::<Vec<_>>();
                let moves: Vec<bool> = taken.iter().map(Option::is_some).collect();
                if !moves.contains(&true) {
                    return None;
                }
                let ways = ways.clone().map(|way| {
                    let way = derive(way, &moves, &self.lowering.function, self.lowering.errors);
                    Body { value: None, ..way }
                });
                let inputs = node.inputs.iter().copied().chain(taken.into_iter().flatten()).collect();
                self.make(What::Branch(Box::new((condition.clone(), ways))), Vec::new(), inputs)
            }
        }?;
        // What has a name in the source has one that tells whose tangent it is.
        let own = &self.lowering.graph.names[node.output.0];
        let is_numbered = own.strip_prefix('v').is_some_and(|number| number.parse::<usize>().is_ok());
        if tangent.0 >= before && !is_numbered {
            self.lowering.graph.names[tangent.0] = self.name_of(node.output);
        }
        Some(tangent)
    }

    /// Another node at the place of the one whose tangent is written.
    fn make(&mut self, what: What, settings: Vec<Setting>, inputs: Vec<ValueId>) -> Option<ValueId> {
        match self.lowering.node(what, settings, inputs, Place::of(&TokenStream::new())) {
            Meaning::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Zeros of the shape of a value.
    fn zero(&mut self, value: ValueId) -> Option<ValueId> {
        self.make(What::Zero, Vec::new(), vec![value])
    }

    /// What a value changes by, where it is asked for whether it moves or not.
    fn moved(&mut self, value: ValueId) -> Option<ValueId> {
        self.of[value.0].or_else(|| self.zero(value))
    }

    /// A tangent in the shape of its value: one operand may be smaller than the result.
    fn like(&mut self, tangent: ValueId, value: ValueId) -> Option<ValueId> {
        self.make(What::Repeated, Vec::new(), vec![tangent, value])
    }

    /// The same operation of the tangents.
    fn linear(&mut self, node: &Node, site: &Site) -> Option<ValueId> {
        let tangents = node.inputs.iter().map(|input| self.moved(*input)).collect::<Option<Vec<_>>>()?;
        self.make(site.what.clone(), site.settings.clone(), tangents)
    }

    /// The sum of the formulas of all operands that move.
    fn sum(&mut self, node: &Node, formulas: &[&'static str]) -> Option<ValueId> {
        let mut sum = None;
        for (input, formula) in node.inputs.iter().zip(formulas) {
            let Some(tangent) = self.of[input.0].filter(|_| !formula.is_empty()) else { continue };
            let term = self.formula(formula, node, tangent)?;
            sum = Some(match sum {
                None => term,
                Some(sum) => self.make(What::Element(elements::find("+")?), Vec::new(), vec![sum, term])?,
            });
        }
        sum
    }

    /// The value of a formula in the words of a node.
    fn formula(&mut self, formula: &'static str, node: &Node, tangent: ValueId) -> Option<ValueId> {
        let words: HashSet<&str> = formula.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).collect();
        self.lowering.names.clear();
        self.lowering.scopes = vec![HashMap::new()];
        for word in words {
            let value = match (word, elements::operand(word)) {
                ("dy" | "t", _) => Some(tangent),
                ("y", _) => Some(node.output),
                ("kept", _) => self.kept(node.output),
                ("count", _) => {
                    let settings = self.settings();
                    self.make(What::Count, settings, vec![node.inputs[0]])
                }
                ("beta" | "delta" | "correction", _) => {
                    let number = self.number(word);
                    self.make(What::Number(number), Vec::new(), Vec::new())
                }
                (_, Some(at)) => node.inputs.get(at).copied(),
                (_, None) => continue,
            };
            self.lowering.bind(&Ident::new(word, Span::call_site()), Meaning::Value(value?), false);
        }
        let expression: Expr = syn::parse_str(formula).expect("a formula of this crate");
        self.lowering.value(&expression)
    }

    /// The options of the call whose tangent is written.
    fn settings(&self) -> Vec<Setting> {
        self.lowering.tangent_of.as_ref().map_or(Vec::new(), |site| site.settings.clone())
    }

    /// The result of a reduction with the axis that it is without, where broadcasting needs it.
    fn kept(&mut self, result: ValueId) -> Option<ValueId> {
        let settings = self.settings();
        let option = |name: &str| settings.iter().find(|setting| setting.name == name);
        let keeps = option("keepdim").is_some_and(|keeps| keeps.value[..] == [Some(1)]);
        match option("axis") {
            Some(axis) if !keeps && axis.value[..] != [Some(0)] => {
                let unsqueeze = What::Function(functions::find("unsqueeze")?);
                self.make(unsqueeze, vec![axis.clone()], vec![result])
            }
            _ => Some(result),
        }
    }

    /// An option that is a number, 1 by default.
    fn number(&self, name: &str) -> TokenStream {
        let number = match self.settings().into_iter().find(|setting| setting.name == name) {
            Some(setting) if !setting.tokens.is_empty() => return setting.tokens,
            Some(setting) => setting.value.first().copied().flatten().unwrap_or(1) as f64,
            None => 1.0,
        };
        TokenTree::from(Literal::f64_unsuffixed(number)).into()
    }
}

/// The formulas of a function's tangent; there are none where it is linear.
fn formulas(function: &Function, node: &Node, site: &Site) -> Option<&'static [&'static str]> {
    match function.tangent {
        Tangent::Linear => None,
        Tangent::Each(formulas) => Some(formulas),
        Tangent::Cases(formulas) => Some(formulas(node.inputs.len(), &site.settings)),
    }
}

impl Lowering<'_> {
    /// Whether a word stands for the options of the call whose tangent is written.
    pub(super) fn is_options(&self, word: &ExprPath) -> bool {
        self.tangent_of.is_some() && (word.path.is_ident("options") || word.path.is_ident("along"))
    }

    /// The options of that call that a function has.
    pub(super) fn options(&self, word: &ExprPath, function: &Function) -> Vec<Setting> {
        let Some(site) = &self.tangent_of else { return Vec::new() };
        let mut settings = site.settings.clone();
        settings.retain(|setting| function.options.contains(&setting.name.as_str()));
        if word.path.is_ident("along") && !settings.iter().any(|setting| setting.name == "axis") {
            let (name, tokens) = ("axis".to_owned(), TokenStream::new());
            settings.push(Setting { name, value: vec![Some(-1)], tokens, place: site.place });
        }
        settings
    }
}
