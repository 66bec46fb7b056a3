//! The AST to a graph in static single assignment: every value is made once, by one node.
//!
//! A chain gives one node for each layer, or for each repetition of one. Where `fn forward` says how layers are wired, names
//! are resolved here, and what is never used is a mistake. Nodes are in the order of the forward pass.

use crate::error::{Errors, name_for, nearest};
use crate::layers;
use crate::syntax::{Call, Callee, Declaration, Forward, Item, Term};
use proc_macro2::Span;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Which value: the name that `fn forward` gives it, the name of the layer that makes it, or `v` and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ValueId(pub(crate) usize);

/// One use of a layer.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The layer, by its place in the declaration.
    pub(crate) layer: usize,
    /// Which one, where the layer is repeated.
    pub(crate) element: Option<usize>,
    /// Which of several values it makes, and how many there are.
    pub(crate) part: (usize, usize),
    /// What it reads.
    pub(crate) inputs: Vec<ValueId>,
    /// What it makes.
    pub(crate) output: ValueId,
    /// Where it is called.
    pub(crate) span: Span,
}

/// A network as values and nodes.
#[derive(Clone)]
pub(crate) struct Graph {
    /// The names of the values, which the generated code uses too.
    pub(crate) names: Vec<String>,
    /// The names that messages call values by, where it is not that of the layer.
    pub(crate) spoken: Vec<Option<String>>,
    /// The nodes in the order of the forward pass.
    pub(crate) nodes: Vec<Node>,
    /// The network's inputs.
    pub(crate) inputs: Vec<ValueId>,
    /// The network's output.
    pub(crate) output: ValueId,
    /// Whether nothing of the wiring is in doubt after a mistake.
    pub(crate) certain: bool,
}

/// The graph of a declaration.
pub(crate) fn lower(declaration: &Declaration, errors: &mut Errors) -> Graph {
    match &declaration.forward {
        Some(forward) => Wiring::new(declaration, errors).lower(forward),
        None => chain(declaration, errors),
    }
}

fn plain(item: &Item) -> Option<String> {
    item.name.as_ref().map(|name| name.to_string().trim_start_matches("r#").to_owned())
}

/// The indices of a layer's repetitions, or none where it stands by itself.
fn elements(item: &Item) -> Vec<Option<usize>> {
    match &item.count {
        Some(count) => (0..count.value).map(Some).collect(),
        None => vec![None],
    }
}

fn chain(declaration: &Declaration, errors: &mut Errors) -> Graph {
    let mut graph = Graph {
        names: vec!["x".to_owned()],
        spoken: vec![Some("the input".to_owned())],
        nodes: Vec::new(),
        inputs: vec![ValueId(0)],
        output: ValueId(0),
        certain: true,
    };
    for (what, shapes) in [("inputs", &declaration.inputs), ("outputs", &declaration.outputs)] {
        if let [_, second, ..] = &shapes[..] {
            let message = format!(
                "a chain has one input and one output, but the header says {} {what}: write `fn forward` to wire them",
                shapes.len()
            );
            errors.push(second.span, message);
            graph.certain = false;
        }
    }
    for (layer, item) in declaration.layers.iter().enumerate() {
        if layers::is_value(item) {
            let name = plain(item).unwrap_or_default();
            let message = format!("`{name}` is a value, and a chain has layers alone: write `fn forward` to use it");
            errors.push(word(item), message);
            graph.certain = false;
            continue;
        }
        for element in elements(item) {
            let name = match (plain(item), element) {
                (Some(name), None) => name,
                (Some(name), Some(element)) => format!("{name}_{element}"),
                (None, _) => format!("v{}", graph.names.len()),
            };
            let output = graph.value(name, None);
            let (inputs, span) = (vec![graph.output], word(item));
            graph.nodes.push(Node { layer, element, part: (0, 1), inputs, output, span });
            graph.output = output;
        }
    }
    graph
}

/// The layer's word in the source.
fn word(item: &Item) -> Span {
    item.path.segments.last().map_or(Span::call_site(), |segment| segment.ident.span())
}

impl Graph {
    /// A graph without values.
    pub(crate) fn empty() -> Graph {
        Graph {
            names: Vec::new(),
            spoken: Vec::new(),
            nodes: Vec::new(),
            inputs: Vec::new(),
            output: ValueId(0),
            certain: true,
        }
    }

    /// Another value.
    pub(crate) fn value(&mut self, name: String, spoken: Option<String>) -> ValueId {
        self.names.push(name);
        self.spoken.push(spoken);
        ValueId(self.names.len() - 1)
    }
}

/// A name in `fn forward`.
struct Bound {
    name: String,
    span: Span,
    /// Nothing where a mistake in it is noted.
    value: Option<ValueId>,
    used: bool,
}

struct Wiring<'a> {
    declaration: &'a Declaration,
    errors: &'a mut Errors,
    /// Mistakes that were noted before.
    before: usize,
    graph: Graph,
    /// Declared layers by their names.
    layers: HashMap<String, usize>,
    called: HashSet<usize>,
    /// Which of repeated layers are called one by one.
    elements: HashSet<(usize, usize)>,
    /// All names, and for each text the one that holds now.
    bound: Vec<Bound>,
    scope: HashMap<String, usize>,
    /// Raw parameters that are values already.
    values: HashMap<usize, ValueId>,
    taken: HashSet<String>,
}

impl<'a> Wiring<'a> {
    fn new(declaration: &'a Declaration, errors: &'a mut Errors) -> Wiring<'a> {
        let named = declaration.layers.iter().enumerate();
        let layers = named.filter_map(|(at, item)| Some((plain(item)?, at))).collect();
        Wiring {
            before: errors.len(),
            declaration,
            errors,
            graph: Graph::empty(),
            layers,
            called: HashSet::new(),
            elements: HashSet::new(),
            bound: Vec::new(),
            scope: HashMap::new(),
            values: HashMap::new(),
            taken: HashSet::new(),
        }
    }

    fn lower(mut self, forward: &Forward) -> Graph {
        self.inputs(forward);
        for binding in &forward.bindings {
            let values = self.values(&binding.values, binding.names.len(), binding.names.first().map(|name| name.0));
            for ((span, name), value) in binding.names.iter().zip(values) {
                match name {
                    Some(name) => self.bind(name, value, *span),
                    None if binding.names.len() > 1 => {}
                    None => {
                        self.errors.push(*span, "a value without a name is of no use: write one, or remove the line")
                    }
                }
            }
        }
        let output = self.result(forward);
        self.unused(forward);
        self.graph.certain &= self.errors.len() == self.before;
        // After a mistake a value without a maker stands in for the result.
        self.graph.certain &= forward.readable && output.is_some();
        self.graph.output = output.unwrap_or_else(|| self.graph.value("y".to_owned(), None));
        self.graph
    }

    fn inputs(&mut self, forward: &Forward) {
        let (name, shapes) = (&self.declaration.name, &self.declaration.inputs);
        if forward.readable && forward.inputs.len() != shapes.len() {
            let (given, taken) = (shapes.len(), forward.inputs.len());
            let names = ["a", "b", "c", "d"].get(..given).unwrap_or_default().join(", ");
            let message = format!(
                "`{name}` has {}, but `forward` takes {taken}: write `fn forward({names})`",
                crate::shape::count(given, "input")
            );
            self.errors.push(forward.span, message);
        }
        for at in 0..shapes.len() {
            let name = forward.inputs.get(at);
            // The generated code calls the only input of a network `x`.
            let text = match name {
                Some(_) if shapes.len() == 1 => "x".to_owned(),
                Some(name) => self.free(&name.to_string()),
                None => self.free("x"),
            };
            let value = self.graph.value(text, name.map(|name| format!("`{name}`")));
            self.graph.inputs.push(value);
            if let Some(name) = name {
                if self.scope.contains_key(&name.to_string()) {
                    self.errors.push(name.span(), format!("two inputs are called `{name}`: rename one"));
                }
                self.bind(name, Some(value), name.span());
            }
        }
        for name in forward.inputs.iter().skip(shapes.len()) {
            self.bind(name, None, name.span());
        }
    }

    /// A name that no other value of the generated code has.
    fn free(&mut self, name: &str) -> String {
        let plain = name.trim_start_matches("r#");
        let mut text = plain.to_owned();
        let mut number = 2;
        while !self.taken.insert(text.clone()) {
            text = format!("{plain}_{number}");
            number += 1;
        }
        text
    }

    fn bind(&mut self, name: &proc_macro2::Ident, value: Option<ValueId>, span: Span) {
        let text = name.to_string();
        if self.layers.contains_key(text.trim_start_matches("r#")) {
            self.errors.push(span, format!("`{text}` is a layer already: give the value another name"));
        }
        if let Some(value) = value.filter(|value| self.graph.spoken[value.0].is_none()) {
            self.graph.names[value.0] = self.free(&text);
            self.graph.spoken[value.0] = Some(format!("`{text}`"));
        }
        self.scope.insert(text.clone(), self.bound.len());
        self.bound.push(Bound { name: text, span, value, used: false });
    }

    /// As many values as `count` names, or `None` for each that is a mistake.
    fn values(&mut self, terms: &[Term], count: usize, span: Option<Span>) -> Vec<Option<ValueId>> {
        if terms.len() == 1 && count > 1 {
            return self.parts(&terms[0], count);
        }
        let mut values: Vec<_> = terms.iter().map(|term| self.term(term)).collect();
        if terms.len() != count {
            let span = span.unwrap_or(Span::call_site());
            let (names, given) = (crate::shape::count(count, "name"), crate::shape::count(terms.len(), "value"));
            self.errors.push(span, format!("{names} for {given}: write as many of one as of the other"));
            values.resize(count, None);
        }
        values
    }

    /// The values of a layer that gives several.
    fn parts(&mut self, term: &Term, count: usize) -> Vec<Option<ValueId>> {
        match term {
            Term::Call(Call { callee: Callee::Written(layer), operands })
                if layers::splits(&self.declaration.layers[*layer]) =>
            {
                let inputs = self.operands(operands);
                self.node(*layer, None, inputs, count, self.span(term))
            }
            Term::Call(Call { callee: Callee::Declared(name, None), operands })
                if self.layer(name).is_some_and(|layer| layers::splits(&self.declaration.layers[layer])) =>
            {
                let Some(layer) = self.layer(name) else { return vec![None; count] };
                self.called.insert(layer);
                let inputs = self.operands(operands);
                self.node(layer, None, inputs, count, name.span())
            }
            Term::Unreadable => vec![None; count],
            other => {
                let span = self.span(other);
                let message = format!("this is one value for {count} names: split it, `Split<axis = 0>(..)`");
                self.errors.push(span, message);
                self.term(other);
                vec![None; count]
            }
        }
    }

    fn span(&self, term: &Term) -> Span {
        match term {
            Term::Name(name) | Term::Call(Call { callee: Callee::Declared(name, _), .. }) => name.span(),
            Term::Call(Call { callee: Callee::Written(layer), .. }) => word(&self.declaration.layers[*layer]),
            Term::Number(..) | Term::Unreadable => Span::call_site(),
        }
    }

    fn layer(&self, name: &proc_macro2::Ident) -> Option<usize> {
        self.layers.get(name.to_string().trim_start_matches("r#")).copied()
    }

    fn operands(&mut self, terms: &[Term]) -> Option<Vec<ValueId>> {
        let values: Vec<Option<ValueId>> = terms.iter().map(|term| self.term(term)).collect();
        values.into_iter().collect()
    }

    /// The node of a layer that is called at `span`, or one for each part of what it gives.
    fn node(
        &mut self,
        layer: usize,
        element: Option<usize>,
        inputs: Option<Vec<ValueId>>,
        parts: usize,
        span: Span,
    ) -> Vec<Option<ValueId>> {
        let Some(inputs) = inputs else { return vec![None; parts] };
        let node = |part: usize| {
            let name = match (plain(&self.declaration.layers[layer]), element) {
                (Some(name), None) => self.free(&name),
                (Some(name), Some(element)) => self.free(&format!("{name}_{element}")),
                (None, _) => {
                    let name = format!("v{}", self.graph.names.len());
                    self.free(&name)
                }
            };
            let output = self.graph.value(name, None);
            let inputs = inputs.clone();
            self.graph.nodes.push(Node { layer, element, part: (part, parts), inputs, output, span });
            Some(output)
        };
        (0..parts).map(node).collect()
    }

    fn term(&mut self, term: &Term) -> Option<ValueId> {
        match term {
            Term::Unreadable => None,
            Term::Number(number, place) => {
                let message =
                    format!("a value is expected, but {number} is a number: write it with an operator, `{number} * x`");
                self.errors.push(*place, message);
                None
            }
            Term::Name(name) => self.name(name),
            Term::Call(Call { callee: Callee::Written(layer), operands }) => {
                let item = &self.declaration.layers[*layer];
                if let ([Term::Number(number, place)], true) = (&operands[..], item.hyper.is_empty()) {
                    let word = item.path.segments.last().map_or(String::new(), |segment| segment.ident.to_string());
                    let message =
                        format!("`{word}` takes a value, but {number} is a number: write `{word}({number})(x)`");
                    self.errors.push(*place, message);
                    return None;
                }
                let inputs = self.operands(operands);
                self.node(*layer, None, inputs, 1, self.span(term)).pop().flatten()
            }
            Term::Call(Call { callee: Callee::Declared(name, index), operands }) => self.call(name, *index, operands),
        }
    }

    fn call(&mut self, name: &proc_macro2::Ident, index: Option<(usize, Span)>, operands: &[Term]) -> Option<ValueId> {
        let Some(layer) = self.layer(name) else {
            let text = name.to_string();
            let known =
                nearest(&text, self.layers.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>());
            let advice = match (known, layers::find(&text)) {
                _ if self.scope.contains_key(&text) => "it is a value, and values are not called".to_owned(),
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some((word, _))) => format!("did you mean `{word}`?"),
                (None, None) => {
                    format!("declare it, `{text}: Linear<..>`, or write a layer without parameters by its word")
                }
            };
            self.errors.push(name.span(), format!("there is no layer `{text}`: {advice}"));
            self.operands(operands);
            return None;
        };
        let item = &self.declaration.layers[layer];
        self.called.insert(layer);
        let mut inputs = self.operands(operands)?;
        if layers::is_value(item) {
            self.errors.push(
                name.span(),
                format!("`{name}` is a value, not a layer: write `{name} * x`, or another operator"),
            );
            return None;
        }
        let elements = match (&item.count, index) {
            (Some(count), Some((index, span))) if index >= count.value => {
                let message = format!(
                    "`{name}` has {} layers, so there is no `{name}[{index}]`: write 0 to {}",
                    count.value,
                    count.value - 1
                );
                self.errors.push(span, message);
                return None;
            }
            (None, Some((_, span))) => {
                self.errors.push(span, format!("`{name}` is one layer: write `{name}(..)`"));
                return None;
            }
            (Some(_), Some((index, _))) => vec![Some(index)],
            (_, None) => elements(item),
        };
        if elements.len() > 1 && inputs.len() > 1 {
            let message = format!("`{name}` is repeated, so it takes 1 value, but {} are given", inputs.len());
            self.errors.push(name.span(), message + ": call `[0]` and the others one by one");
            return None;
        }
        let mut output = None;
        for element in elements {
            self.elements.extend(element.map(|element| (layer, element)));
            output = self.node(layer, element, Some(inputs), 1, name.span()).pop().flatten();
            inputs = output.into_iter().collect();
        }
        output
    }

    fn name(&mut self, name: &proc_macro2::Ident) -> Option<ValueId> {
        let text = name.to_string();
        if let Some(&at) = self.scope.get(&text) {
            self.bound[at].used = true;
            return self.bound[at].value;
        }
        if let Some(layer) = self.layer(name) {
            self.called.insert(layer);
            if layers::is_value(&self.declaration.layers[layer]) {
                if let Some(value) = self.values.get(&layer) {
                    return Some(*value);
                }
                let value = self.node(layer, None, Some(Vec::new()), 1, name.span()).pop().flatten();
                self.values.extend(value.map(|value| (layer, value)));
                return value;
            }
            self.errors.push(name.span(), format!("`{text}` is a layer, not a value: write `{text}(..)`"));
            return None;
        }
        // Inputs that could not be read may have had this name.
        if self.declaration.forward.as_ref().is_some_and(|forward| forward.inputs.is_empty() && !forward.readable) {
            return None;
        }
        let later = self.declaration.forward.iter().flat_map(|forward| &forward.bindings);
        let later = later.flat_map(|binding| &binding.names).filter_map(|name| name.1.as_ref());
        let advice = if later.clone().any(|later| *later == text) {
            "it is made further down, so move that line up".to_owned()
        } else {
            let names: std::collections::BTreeSet<&str> = self.scope.keys().map(String::as_str).collect();
            match nearest(&text, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `let {text} = ..;` before it"),
            }
        };
        self.errors.push(name.span(), format!("there is no value `{text}`: {advice}"));
        None
    }

    /// The result: one value, or several that lie one after the other in the output of a sample.
    fn result(&mut self, forward: &Forward) -> Option<ValueId> {
        let (name, given) = (&self.declaration.name, forward.result.len());
        if given == 0 {
            if forward.readable {
                self.errors
                    .push(forward.end, "the result of `fn forward` is missing: write it at the end, without `;`");
            }
            return None;
        }
        let outputs = self.operands(&forward.result)?;
        let demanded = self.declaration.outputs.len();
        if given != demanded {
            let (demanded, given) = (crate::shape::count(demanded, "output"), crate::shape::count(given, "value"));
            let message =
                format!("the header of `{name}` says {demanded}, but `forward` gives {given}: make them agree");
            self.errors.push(self.span(&forward.result[0]), message);
            return None;
        }
        if let Some(at) = outputs.iter().position(|output| self.graph.inputs.contains(output)) {
            let span = self.span(&forward.result[at]);
            self.errors.push(span, "an input is no result: send it through a layer");
            return None;
        }
        match &outputs[..] {
            [only] => Some(*only),
            _ => {
                let gather = forward.gather?;
                self.node(gather, None, Some(outputs), 1, forward.span).pop().flatten()
            }
        }
    }

    fn unused(&mut self, forward: &Forward) {
        // After another mistake what uses a name may be what could not be read.
        if self.errors.len() > self.before || !forward.readable {
            return;
        }
        for Bound { name, span, .. } in self.bound.iter().filter(|bound| !bound.used) {
            self.errors.push(*span, format!("`{name}` is never used: use it, or remove it"));
        }
        for (at, item) in self.declaration.layers.iter().enumerate().take(self.declaration.declared) {
            if item.unreadable {
                continue;
            }
            if self.called.contains(&at) {
                let left =
                    elements(item).into_iter().flatten().find(|element| !self.elements.contains(&(at, *element)));
                if let (Some(name), Some(left)) = (&item.name, left) {
                    let message =
                        format!("`{name}[{left}]` is never called: call it in `fn forward`, or repeat less often");
                    self.errors.push(name.span(), message);
                }
                continue;
            }
            let message = match (&item.name, layers::is_value(item)) {
                (Some(name), true) => format!("`{name}` is never used: use it in `fn forward`, or remove it"),
                (Some(name), false) => format!("`{name}` is never called: call it in `fn forward`, or remove it"),
                (None, _) => {
                    let word = item.path.segments.last().map_or(String::new(), |segment| segment.ident.to_string());
                    let name = name_for(&word);
                    format!(
                        "`{word}` has no name, so `fn forward` cannot call it: write `{name}: {word}`, or call `{word}(..)` there"
                    )
                }
            };
            let span = item.name.as_ref().map_or_else(|| word(item), |name| name.span());
            self.errors.push(span, message);
        }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for node in &self.nodes {
            let inputs: Vec<&str> = node.inputs.iter().map(|input| self.names[input.0].as_str()).collect();
            let element = node.element.map_or(String::new(), |element| format!("[{element}]"));
            let output = &self.names[node.output.0];
            writeln!(f, "{output} = layer {}{element}({})", node.layer, inputs.join(", "))?;
        }
        writeln!(f, "return {}", self.names[self.output.0])
    }
}
