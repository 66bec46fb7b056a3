//! The graph to a typed graph: every value gets its shape, every node the operation that its layer stands for.
//!
//! The mistakes of the user end here. After one the declared numbers of the layer at fault are believed, so that the next
//! layers are checked all the same.

use crate::error::Errors;
use crate::graph::{Graph, ValueId};
use crate::layers::{self, Layer, Operation};
use crate::syntax::{Argument, Declaration, Item, are_too_many, too_many};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use std::fmt;

/// A value with its shape.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// Its name in dumps and in the generated code.
    pub(crate) name: String,
    /// The shape of one sample.
    pub(crate) dims: Vec<usize>,
}

impl Value {
    /// Scalars of one sample.
    pub(crate) fn len(&self) -> usize {
        self.dims.iter().product()
    }
}

/// A node with its operation.
pub(crate) struct Node {
    /// The layer, by its place in the declaration.
    pub(crate) layer: usize,
    /// What it reads.
    pub(crate) input: ValueId,
    /// What it makes.
    pub(crate) output: ValueId,
    /// What messages and comments call it.
    pub(crate) label: String,
    /// The name of the field that holds its parameters, where it has one that is possible.
    pub(crate) field: Option<Ident>,
    /// The layer as declared: `Linear<784, 128>`.
    pub(crate) kind: String,
    /// Whether its parameters stay what they are.
    pub(crate) frozen: bool,
    /// Whether it lies outside of the network, behind a reference.
    pub(crate) borrowed: bool,
    /// The layer's word in the source.
    pub(crate) span: Span,
    /// What it does.
    pub(crate) operation: Operation,
}

/// A network whose shapes are known.
pub(crate) struct Typed {
    /// All values; the input is the first one.
    pub(crate) values: Vec<Value>,
    /// The nodes in the order of the forward pass.
    pub(crate) nodes: Vec<Node>,
    /// The network's input.
    pub(crate) input: ValueId,
    /// The network's output.
    pub(crate) output: ValueId,
}

/// What a layer meets: the tensor that reaches it, and how to speak of it.
pub(crate) struct Incoming<'a> {
    /// The shape of one sample.
    pub(crate) dims: &'a [usize],
    /// `the input`, or the layer before in backticks.
    pub(crate) from: &'a str,
    /// ` (16 x 5 x 5)` where the layer before flattened that.
    pub(crate) origin: &'a str,
}

/// The typed graph of a declaration. With errors noted it is still complete, and good enough for signatures.
pub(crate) fn infer(declaration: &Declaration, graph: Graph, errors: &mut Errors) -> Typed {
    let fields = names(declaration, errors);
    let mut is_faulty = Vec::new();
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for item in &declaration.layers {
        let before = errors.len();
        layers.push(layers::read(item, errors));
        is_faulty.push(item.unreadable || errors.len() > before);
    }
    if layers.is_empty() {
        let span = declaration.name.span();
        errors.push(span, format!("`{}` has no layer: write one, such as `fc: Linear<2, 1>`", declaration.name));
    }
    let header = declaration.output.lengths();
    let mut values: Vec<Value> = Vec::new();
    let input = match following(&layers, &header) {
        Some(demanded) if !declaration.input.certain => demanded,
        _ => declaration.input.lengths(),
    };
    values.push(Value { name: graph.names[graph.input.0].clone(), dims: input });
    let mut nodes: Vec<Node> = Vec::new();
    // Whether the shape that reaches a layer is known. Where it is not, because of a mistake before, nothing is said about it.
    let mut certain = declaration.input.certain && declaration.is_chain;
    let mut origin = String::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let (item, layer) = (&declaration.layers[node.layer], &layers[node.layer]);
        let from = nodes.last().map_or("the input".to_owned(), |before| format!("`{}`", before.label));
        let dims = values[node.input.0].dims.clone();
        let following = following(&layers[at + 1..], &header);
        let incoming = Incoming { dims: &dims, from: &from, origin: &origin };
        let mut mistakes = Errors::default();
        let mut operation = layer.operation(incoming, following.as_deref(), &mut mistakes);
        let (label, kind, span) = (label(item), kind(item), word(item).span());
        if are_too_many(&operation.output) {
            mistakes.push(span, format!("the output of `{label}`: {}", too_many(&operation.output)));
            operation.output = vec![1; operation.output.len()];
        }
        if let Some(place) = item.frozen
            && operation.field.is_none()
            && !is_faulty[node.layer]
        {
            let advice = if item.borrowed { "remove `&'static`" } else { "remove `#[frozen]`" };
            mistakes.push(place, format!("`{label}` has no parameters, so that nothing can be frozen: {advice}"));
        }
        let faulty = is_faulty[node.layer] || !mistakes.is_empty();
        let fits = mistakes.is_empty() || !certain;
        if certain {
            errors.append(mistakes);
        }
        certain =
            declaration.is_chain && (layer.settles(dims.len(), fits) || certain && (layer.keeps_shape() || !faulty));
        origin = match operation.form {
            layers::Form::View => regrouped(&dims),
            _ if layer.keeps_shape() => origin,
            _ => String::new(),
        };
        values.push(Value { name: graph.names[node.output.0].clone(), dims: operation.output.clone() });
        let field = fields[node.layer].clone();
        nodes.push(Node {
            layer: node.layer,
            input: node.input,
            output: node.output,
            label,
            field,
            kind,
            frozen: item.frozen.is_some(),
            borrowed: item.borrowed,
            span,
            operation,
        });
    }
    let typed = Typed { values, nodes, input: graph.input, output: graph.output };
    if certain && declaration.output.certain {
        check_end(declaration, &typed, &header, errors);
    }
    typed
}

/// What the layers behind a position take, if that is one definite shape: the arguments of the next one, or the header.
fn following(layers: &[Box<dyn Layer>], header: &[usize]) -> Option<Vec<usize>> {
    let Some(next) = layers.first() else { return Some(header.to_vec()) };
    if next.keeps_shape() { following(&layers[1..], header) } else { next.takes() }
}

fn check_end(declaration: &Declaration, typed: &Typed, header: &[usize], errors: &mut Errors) {
    let Some(last) = typed.nodes.last() else { return };
    let end = &typed.values[typed.output.0].dims;
    if end != header {
        let (end, header) = (brackets(end), brackets(header));
        let message = format!(
            "the header says {header}, but the network ends with {end} from `{}`: write {end}, or change `{}`",
            last.label, last.label
        );
        let place = match &declaration.output.dims[..] {
            [only] => only.place,
            _ => declaration.output.span.into(),
        };
        errors.push(place, message);
    }
}

/// Names are fields of a struct and variables of the generated code: for each layer the name that can be one.
fn names(declaration: &Declaration, errors: &mut Errors) -> Vec<Option<Ident>> {
    let mut seen: HashSet<String> = HashSet::new();
    let field = |item: &Item| {
        let name = item.name.clone()?;
        let text = name.to_string();
        let plain = text.trim_start_matches("r#");
        if plain == "_" {
            errors.push(name.span(), "`_` is not a name: write one for the field that holds the layer");
        } else if syn::parse_str::<Ident>(&text).is_err() {
            errors.push(name.span(), format!("`{text}` is a keyword: give the layer another name"));
        } else if is_reserved(plain) {
            errors.push(name.span(), format!("`{text}` is reserved for generated code: give the layer another name"));
            return seen.insert(plain.to_owned()).then_some(name);
        } else if !seen.insert(plain.to_owned()) {
            errors.push(name.span(), format!("the name `{text}` is used twice: give one of the layers another name"));
        } else {
            return Some(name);
        }
        None
    };
    declaration.layers.iter().map(field).collect()
}

/// Variables of the generated code, the fallback names of values, and what begins with two underscores.
fn is_reserved(name: &str) -> bool {
    let numbered =
        name.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    let variables = ["x", "y", "dx", "dy", "dp", "n", "pass", "rng", "saved", "workspace", "_"];
    numbered || variables.contains(&name) || name.starts_with("__")
}

fn word(item: &Item) -> &syn::Ident {
    &item.path.segments.last().expect("a parsed path has a segment").ident
}

fn label(item: &Item) -> String {
    item.name.as_ref().unwrap_or_else(|| word(item)).to_string()
}

/// The layer as declared, on one line, with numbers for names and arithmetic.
fn kind(item: &Item) -> String {
    let words: Vec<String> = item.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let mut text = if item.borrowed { "&'static ".to_owned() } else { String::new() };
    text += &words.join("::");
    let list = |arguments: &[Argument]| arguments.iter().map(Argument::to_string).collect::<Vec<_>>().join(", ");
    match &item.generics {
        Some(_) if !item.arguments.is_empty() => text += &format!("<{}>", list(&item.arguments)),
        Some(own) => text += &format!("<{}>", own.to_string().replace(" ,", ",")),
        None => {}
    }
    if item.hyper.is_empty() { text } else { text + &format!("({})", list(&item.hyper)) }
}

/// ` (16 x 5 x 5)` behind a layer that only regroups its input, for the message of the next one.
fn regrouped(dims: &[usize]) -> String {
    if dims.len() < 2 {
        return String::new();
    }
    format!(" ({})", dims.iter().map(usize::to_string).collect::<Vec<_>>().join(" x "))
}

/// `1 value`, `2 values`
pub(crate) fn values(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

/// `[16, 5, 5]`
pub(crate) fn brackets(dims: &[usize]) -> String {
    format!("{dims:?}")
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.values[self.input.0].name, brackets(&self.values[self.input.0].dims))?;
        for node in &self.nodes {
            let (input, output) = (&self.values[node.input.0], &self.values[node.output.0]);
            writeln!(f, "{}: {} = {}({})", output.name, brackets(&output.dims), node.kind, input.name)?;
        }
        writeln!(f, "return {}", self.values[self.output.0].name)
    }
}
