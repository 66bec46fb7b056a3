//! The graph to a typed graph: every value gets its shape, every node the operation that its layer stands for.
//!
//! The mistakes of the user end here. After one the declared numbers of the layer at fault are believed, so that the next
//! layers are checked all the same.

use crate::error::Errors;
use crate::graph::{Graph, ValueId};
use crate::layers::{self, Layer, Operation};
use crate::syntax::{Argument, Declaration, Item, are_too_many, is_keyword, too_many};
use proc_macro2::{Ident, Span, TokenStream};
use std::collections::HashSet;
use std::fmt;

/// A value with its shape.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// Its name in dumps and in the generated code.
    pub(crate) name: String,
    /// The shape of one sample.
    pub(crate) dims: Vec<usize>,
    /// `u16`, where it holds integers.
    pub(crate) integer: Option<Ident>,
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
    /// Which one, where the layer is repeated.
    pub(crate) element: Option<usize>,
    /// Whether the same parameters have been used by a node before.
    pub(crate) again: bool,
    /// What it reads.
    pub(crate) inputs: Vec<ValueId>,
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
    /// Whether what it keeps for the backward pass is computed again there.
    pub(crate) recompute: bool,
    /// The layer's word in the source.
    pub(crate) span: Span,
    /// Whether its backward pass may change dL/dy.
    pub(crate) spoils: bool,
    /// Whether its backward pass can write the gradient of its parameters instead of adding to it.
    pub(crate) writes: bool,
    /// Whether it can, in inference, write its output where its input lies.
    pub(crate) overwrites: bool,
    /// What it does.
    pub(crate) operation: Operation,
    /// Where it does the work of a rectifier and a pooling layer behind it: what it would give without them.
    pub(crate) pooled: Option<Vec<usize>>,
    /// Where it pools: the node that pools too and whose result nobody else reads.
    pub(crate) follows: Option<usize>,
}

/// A network whose shapes are known.
pub(crate) struct Typed {
    /// All values; the inputs are the first ones.
    pub(crate) values: Vec<Value>,
    /// The nodes in the order of the forward pass.
    pub(crate) nodes: Vec<Node>,
    /// The network's inputs.
    pub(crate) inputs: Vec<ValueId>,
    /// The network's output.
    pub(crate) output: ValueId,
}

/// What a layer meets: the tensor that reaches it, and how to speak of it.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<'a> {
    /// The shape of one sample.
    pub(crate) dims: &'a [usize],
    /// `u16`, where it holds integers.
    pub(crate) integer: Option<&'a Ident>,
    /// `the input`, a value or the layer before in backticks.
    pub(crate) from: &'a str,
    /// ` (16 x 5 x 5)` where the layer before flattened that.
    pub(crate) origin: &'a str,
}

/// What is known of a value on the way.
#[derive(Clone, Default)]
struct Known {
    value: Option<Value>,
    /// How messages call it.
    from: String,
    /// See [`Incoming::origin`].
    origin: String,
    /// Whether its shape is not in doubt. Where it is, because of a mistake before, nothing is said about it.
    certain: bool,
    /// What is behind it takes this, if that is one definite shape.
    following: Option<Vec<usize>>,
}

/// The typed graph of a declaration; `networks` are those of the same block. With errors noted it is still complete, and good
/// enough for signatures.
pub(crate) fn infer(declaration: &Declaration, networks: &[Declaration], graph: Graph, errors: &mut Errors) -> Typed {
    let fields = names(declaration, errors);
    let mut is_faulty = Vec::new();
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for item in &declaration.layers {
        let before = errors.len();
        layers.push(if item.path.is_ident(&declaration.name) {
            let (name, span) = (&declaration.name, word(item).span());
            errors.push(span, format!("`{name}` cannot hold itself: declare another network for this part"));
            layers::unreadable()
        } else {
            layers::read(item, networks, errors)
        });
        is_faulty.push(item.unreadable || errors.len() > before);
    }
    if layers.is_empty() && graph.certain {
        let span = declaration.name.span();
        errors.push(span, format!("`{}` has no layer: write one, such as `fc: Linear<2, 1>`", declaration.name));
    }
    let mut known: Vec<Known> = vec![Known::default(); graph.names.len()];
    following(declaration, &graph, &layers, &mut known);
    for (input, shape) in graph.inputs.iter().zip(&declaration.inputs) {
        let known = &mut known[input.0];
        let dims = known.following.clone().filter(|_| !shape.certain).unwrap_or_else(|| shape.lengths());
        known.value = Some(Value { name: graph.names[input.0].clone(), dims, integer: shape.integer.clone() });
        known.from = graph.spoken[input.0].clone().unwrap_or_else(|| "the input".to_owned());
        known.certain = shape.certain && graph.certain;
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut said = vec![false; layers.len()];
    let mut used = HashSet::new();
    for node in &graph.nodes {
        let (item, layer) = (&declaration.layers[node.layer], &layers[node.layer]);
        let (label, kind, span) = (label(item), kind(item), word(item).span());
        let inputs: Vec<Known> = node.inputs.iter().map(|input| known[input.0].clone()).collect();
        let certain = graph.certain && inputs.iter().all(|input| input.certain);
        let mut mistakes = Errors::default();
        let repeated = item.count.as_ref().is_some_and(|count| count.value > 1);
        let following = match (repeated, inputs.first().and_then(|input| input.value.as_ref())) {
            (true, Some(value)) => Some(value.dims.clone()), // a layer that is repeated gives what it takes
            _ => known[node.output.0].following.clone(),
        };
        let mut operation = operation(layer.as_ref(), node, &inputs, following.as_deref(), &label, &mut mistakes);
        if let (Some(1..), Some(first)) = (node.element, nodes.last())
            && first.layer == node.layer
            && let Some(value) = inputs.first().and_then(|input| input.value.as_ref())
            && let Some(before) = known[first.inputs[0].0].value.as_ref()
            && value.dims != before.dims
        {
            let (takes, gives) = (brackets(&before.dims), brackets(&value.dims));
            let message =
                format!("`{label}` takes {takes} and gives {gives}: a layer that is repeated gives what it takes");
            mistakes = Errors::default();
            mistakes.push(span, message);
        }
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
        if let Some(place) = item.recompute
            && !matches!(operation.form, layers::Form::Op { own: Some(_), .. })
            && !is_faulty[node.layer]
        {
            let message =
                format!("`{label}` is no network, so that there is little to compute again: remove `#[recompute]`");
            mistakes.push(place, message);
        }
        let faulty = is_faulty[node.layer] || !mistakes.is_empty();
        let fits = mistakes.is_empty() || !certain;
        if certain && !said[node.layer] {
            said[node.layer] = !mistakes.is_empty();
            errors.append(mistakes);
        }
        let first = inputs.first().cloned().unwrap_or_default();
        let dims = first.value.as_ref().map_or(&[][..], |value| &value.dims);
        let settled = node.inputs.len() == 1 && layer.settles(dims.len(), fits);
        let output = &mut known[node.output.0];
        output.certain = graph.certain && (settled || certain && (layer.keeps_shape() || !faulty));
        output.origin = match operation.form {
            layers::Form::View => regrouped(dims),
            _ if layer.keeps_shape() => first.origin.clone(),
            _ => String::new(),
        };
        output.from = graph.spoken[node.output.0].clone().unwrap_or_else(|| format!("`{label}`"));
        let integer = match operation.form {
            layers::Form::View | layers::Form::Detached => first.value.as_ref().and_then(|value| value.integer.clone()),
            _ => None,
        };
        let name = graph.names[node.output.0].clone();
        output.value = Some(Value { name, dims: operation.output.clone(), integer });
        nodes.push(Node {
            layer: node.layer,
            element: node.element,
            again: !used.insert((node.layer, node.element)),
            inputs: node.inputs.clone(),
            output: node.output,
            label,
            field: fields[node.layer].clone(),
            kind,
            frozen: item.frozen.is_some(),
            borrowed: item.borrowed,
            recompute: item.recompute.is_some(),
            span,
            spoils: layer.spoils(),
            writes: layer.writes(),
            overwrites: layer.overwrites(),
            operation,
            pooled: None,
            follows: None,
        });
    }
    check_end(declaration, &graph, &known, &nodes, errors);
    let header = layers::output(declaration);
    let value = |(known, name): (Known, &String)| {
        known.value.unwrap_or(Value { name: name.clone(), dims: header.clone(), integer: None })
    };
    let mut values: Vec<Value> = known.into_iter().zip(&graph.names).map(value).collect();
    if errors.is_empty() {
        pad(declaration, &layers, graph.output, &mut nodes, &mut values);
        pool(&layers, graph.output, &mut nodes, &mut values);
    }
    Typed { values, nodes, inputs: graph.inputs, output: graph.output }
}

/// Zeros around a value that only one layer reads are its own, if it can have them: nobody writes them.
fn pad(
    declaration: &Declaration,
    layers: &[Box<dyn Layer>],
    result: ValueId,
    nodes: &mut [Node],
    values: &mut [Value],
) {
    for at in 0..nodes.len() {
        let (padded, layer) = (nodes[at].output, &layers[nodes[at].layer]);
        let mut uses = (0..nodes.len()).flat_map(|node| nodes[node].inputs.iter().map(move |input| (node, input)));
        let mut readers = uses.by_ref().filter(|(_, input)| **input == padded).map(|(node, _)| node);
        let (Some(zeros), Some(reader), None) = (layer.zeros(), readers.next(), readers.next()) else { continue };
        let of = nodes[reader].layer;
        let is_called_once = nodes.iter().filter(|node| node.layer == of).count() == 1;
        // What lies behind a reference has the type that is written.
        let own = is_called_once && !nodes[reader].borrowed && declaration.layers[of].count.is_none();
        let Some(layer) = layers[of].padded(zeros).filter(|_| own && padded != result) else { continue };
        let dims = values[nodes[at].inputs[0].0].dims.clone();
        let (mut mistakes, incoming) =
            (Errors::default(), Incoming { dims: &dims, integer: None, from: "", origin: "" });
        let operation = layer.operation(incoming, Some(&nodes[reader].operation.output), &mut mistakes);
        if mistakes.is_empty() && operation.output == nodes[reader].operation.output {
            nodes[reader].operation = operation;
            nodes[at].operation.form = layers::Form::View;
            values[padded.0].dims = dims;
        }
    }
}

/// What only a rectifier reads, and behind that only a pooling layer, is pooled by the layer that makes it, if it can.
fn pool(layers: &[Box<dyn Layer>], result: ValueId, nodes: &mut [Node], values: &mut [Value]) {
    // The pooling layers, and whose work they were.
    let mut pools = Vec::new();
    for at in 0..nodes.len() {
        let rectifier = only_reader(nodes, at, result).filter(|&node| layers[nodes[node].layer].rectifies());
        let Some(rectifier) = rectifier else { continue };
        let pool = only_reader(nodes, rectifier, result).filter(|&node| layers[nodes[node].layer].halves());
        let Some(pool) = pool else { continue };
        let (layer, made) = (nodes[at].layer, nodes[at].operation.output.clone());
        if layers[layer].pools(&mut nodes[at].operation) {
            nodes[at].pooled = Some(made);
            let dims = nodes[pool].operation.output.clone();
            for node in [rectifier, pool] {
                nodes[node].operation.form = layers::Form::View;
            }
            for value in [nodes[at].output, nodes[rectifier].output] {
                values[value.0].dims = dims.clone();
            }
            pools.push((pool, at));
        }
    }
    for (pool, at) in pools {
        if let Some(next) = only_reader(nodes, pool, result).filter(|&next| nodes[next].pooled.is_some()) {
            nodes[next].follows = Some(at);
        }
    }
}

/// The only node that reads what a node makes.
fn only_reader(nodes: &[Node], of: usize, result: ValueId) -> Option<usize> {
    let value = nodes[of].output;
    let mut readers = (0..nodes.len()).filter(|&node| nodes[node].inputs.contains(&value));
    readers.next().filter(|_| value != result && readers.next().is_none())
}

/// The operation of a node, after a check that it has as many operands as it takes, and no integers but where it takes them.
fn operation(
    layer: &dyn Layer,
    node: &crate::graph::Node,
    inputs: &[Known],
    following: Option<&[usize]>,
    label: &str,
    errors: &mut Errors,
) -> Operation {
    let incoming: Vec<Incoming<'_>> = inputs
        .iter()
        .filter_map(|known| Some((known, known.value.as_ref()?)))
        .map(|(known, value)| Incoming {
            dims: &value.dims,
            integer: value.integer.as_ref(),
            from: &known.from,
            origin: &known.origin,
        })
        .collect();
    let (least, most) = layer.operands();
    let given = incoming.len();
    if !(least..=most).contains(&given) {
        let takes = match (least, most) {
            (least, most) if least == most => count(least, "value"),
            (least, _) if given < least => format!("at least {}", count(least, "value")),
            (_, most) => format!("at most {}", count(most, "value")),
        };
        let given = match given {
            0 => "none is given".to_owned(),
            1 => "1 is given".to_owned(),
            _ => format!("{given} are given"),
        };
        errors.push(node.span, format!("`{label}` takes {takes}, but {given}: write as many as it takes"));
        // The field is there all the same, where a part of the values says what it would be.
        let some = &incoming[..most.min(incoming.len())];
        let (field, output) = match some.len() >= least && most > 0 {
            true => {
                let Operation { field, output, .. } = layer.join(some, node.part, following, &mut Errors::default());
                (field, output)
            }
            false => (None, incoming.first().map_or(vec![1], |incoming| incoming.dims.to_vec())),
        };
        let operand = |incoming: &Incoming<'_>| layers::Operand {
            first: TokenStream::new(),
            then: TokenStream::new(),
            from: incoming.dims.to_vec(),
            to: output.clone(),
            base: false,
            same: false,
            factor: false,
        };
        let form = layers::Form::Join(incoming.iter().map(operand).collect());
        return Operation { field, form, ..layers::unknown(output) };
    }
    let mut own = Errors::default();
    let operation = layer.join(&incoming, node.part, following, &mut own);
    let holds = |known: &&Known| known.value.as_ref().is_some_and(|value| value.integer.is_some());
    let regroups = matches!(operation.form, layers::Form::View | layers::Form::Detached);
    if let Some(known) = inputs.iter().find(holds).filter(|_| !regroups && !layer.takes_integers()) {
        let integer =
            known.value.as_ref().and_then(|value| value.integer.as_ref()).map_or(String::new(), Ident::to_string);
        let message = format!(
            "`{label}` takes numbers of the network's scalar, but {} holds `{integer}`: embed it first",
            known.from
        );
        errors.push(node.span, message);
    } else {
        errors.append(own);
    }
    operation
}

/// What stands behind each value takes, if that is one definite shape: the arguments of the next layer, or the header.
fn following(declaration: &Declaration, graph: &Graph, layers: &[Box<dyn Layer>], known: &mut [Known]) {
    let gather = declaration.forward.as_ref().and_then(|forward| forward.gather);
    known[graph.output.0].following = Some(layers::output(declaration));
    for node in graph.nodes.iter().rev() {
        let layer = &layers[node.layer];
        let next = if layer.keeps_shape() { known[node.output.0].following.clone() } else { layer.takes() };
        for (at, input) in node.inputs.iter().enumerate() {
            let next = match gather == Some(node.layer) {
                true => declaration.outputs.get(at).map(crate::syntax::Shape::lengths),
                false => next.clone(),
            };
            let own = &mut known[input.0].following;
            *own = next.or(own.take());
        }
    }
}

/// The results are what the header says.
fn check_end(declaration: &Declaration, graph: &Graph, known: &[Known], nodes: &[Node], errors: &mut Errors) {
    let gather = declaration.forward.as_ref().and_then(|forward| forward.gather);
    let ends = match nodes.last() {
        Some(last) if gather == Some(last.layer) => last.inputs.clone(),
        Some(_) => vec![graph.output],
        None => return,
    };
    for (end, header) in ends.iter().zip(&declaration.outputs) {
        let Known { value: Some(value), certain: true, from, .. } = &known[end.0] else { continue };
        if value.dims == header.lengths() || !header.certain {
            continue;
        }
        let (gives, says) = (brackets(&value.dims), brackets(&header.lengths()));
        let message = if declaration.outputs.len() == 1 {
            format!(
                "the header says {says}, but the network ends with {gives} from {from}: write {gives}, or change {from}"
            )
        } else {
            format!("the header says {says}, but {from} is {gives}: write {gives}, or change {from}")
        };
        let place = match &header.dims[..] {
            [only] => only.place,
            _ => header.span.into(),
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
        } else if is_keyword(&text) {
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

/// `1 name`, `2 names`
pub(crate) fn count(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// `[16, 5, 5]`
pub(crate) fn brackets(dims: &[usize]) -> String {
    format!("{dims:?}")
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for input in &self.inputs {
            let Value { name, dims, integer } = &self.values[input.0];
            let integer = integer.as_ref().map_or(String::new(), |integer| format!(" of {integer}"));
            writeln!(f, "{name}: {}{integer}", brackets(dims))?;
        }
        for node in &self.nodes {
            let output = &self.values[node.output.0];
            let inputs: Vec<&str> = node.inputs.iter().map(|input| self.values[input.0].name.as_str()).collect();
            let element = node.element.map_or(String::new(), |element| format!("[{element}]"));
            let kind = &node.kind;
            writeln!(f, "{}: {} = {kind}{element}({})", output.name, brackets(&output.dims), inputs.join(", "))?;
        }
        writeln!(f, "return {}", self.values[self.output.0].name)
    }
}
