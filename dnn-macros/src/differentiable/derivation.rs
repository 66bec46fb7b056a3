//! The steps of a gradient as text: each with the chain rule beside it. Users read it as the documentation of `gradient`.

use super::elements;
use super::formula::Formula;
use super::functions::{Form, Invocation, Pull, Read};
use super::shape::Shape;
use crate::backward::{Action, Gives, GradientId, Steps};
use crate::graph::ValueId;

/// More lines say nothing more: unrolled loops have thousands.
const MOST: usize = 48;

/// The way there line by line, and the way back in reverse order; on the left what is made, on the right
/// why.
pub(crate) fn text(formula: &Formula, steps: &Steps) -> String {
    let text = Text { formula, steps, numbers: numbers(formula) };
    let (mut forward, mut backward) = (text.forward(), text.backward());
    shorten(&mut forward);
    shorten(&mut backward);
    let width = backward.iter().map(|(step, _)| step.chars().count()).max().unwrap_or(0);
    let backward = backward.iter().map(|(step, rule)| format!("{step:width$}    {rule}").trim_end().to_owned());
    let lines: Vec<String> = forward.into_iter().chain([String::new()]).chain(backward).collect();
    lines.join("\n").replace("__", "") // names of the macro's own are words here
}

/// What stands where lines are left out.
trait Line {
    fn left_out(number: usize) -> Self;
}

impl Line for String {
    fn left_out(number: usize) -> String {
        format!(".. {number} more")
    }
}

impl Line for (String, String) {
    fn left_out(number: usize) -> (String, String) {
        (String::left_out(number), String::new())
    }
}

/// The first and the last lines.
fn shorten<L: Line>(lines: &mut Vec<L>) {
    let more = lines.len().saturating_sub(MOST);
    if more > 1 {
        lines.splice(MOST / 2..MOST / 2 + more, [L::left_out(more)]);
    }
}

struct Text<'a> {
    formula: &'a Formula,
    steps: &'a Steps,
    /// The text of each value that is a literal or a constant.
    numbers: Vec<Option<&'a str>>,
}

fn numbers(formula: &Formula) -> Vec<Option<&str>> {
    let mut numbers = vec![None; formula.values.len()];
    for node in formula.nodes.iter().filter(|node| matches!(node.form, Form::Number(_))) {
        numbers[node.output.0] = Some(&node.text[..]);
    }
    numbers
}

impl Text<'_> {
    fn value(&self, value: ValueId) -> String {
        self.numbers[value.0].map_or_else(|| self.formula.values[value.0].name.clone(), str::to_owned)
    }

    fn gradient(&self, gradient: GradientId) -> &str {
        &self.steps.gradients[gradient.0].name
    }

    fn forward(&self) -> Vec<String> {
        let nodes = self.formula.nodes.iter().filter(|node| !matches!(node.form, Form::Number(_)));
        nodes.map(|node| format!("{} = {}", self.value(node.output), node.text)).collect()
    }

    fn backward(&self) -> Vec<(String, String)> {
        let first = &self.steps.gradients[0].name;
        let begins = if self.formula.values[self.formula.output.0].shape.is_scalar() { "1.0" } else { "given" };
        let mut lines = vec![(format!("{first} = {begins}"), format!("dL/d{}", self.value(self.formula.output)))];
        for step in &self.steps.list {
            match &step.action {
                Action::Node { node, takes, gives, .. } => {
                    for (operand, give) in gives.iter().enumerate() {
                        lines.extend(self.share(*node, operand, *takes, *give));
                    }
                }
                Action::Sum { pieces: [a, b], sum } => {
                    let value = &self.formula.values[self.steps.gradients[sum.0].value.0].name;
                    let step = format!("{} = {} + {}", self.gradient(*sum), self.gradient(*a), self.gradient(*b));
                    lines.push((step, format!("{value} is used several times")));
                }
                Action::Deliver { gradient: Some(_), .. } => {}
                Action::Deliver { input, gradient: None } => {
                    let name = self.value(self.formula.inputs[*input]);
                    lines.push((format!("d{name} = 0.0"), format!("nothing depends on {name}")));
                }
            }
        }
        lines
    }

    /// What an operand of a node gets.
    fn share(&self, node: usize, operand: usize, takes: GradientId, give: Gives) -> Option<(String, String)> {
        let node = &self.formula.nodes[node];
        let (to, before) = match give {
            Gives::Nothing => return None,
            Gives::Same(to) | Gives::InPlace(to) | Gives::New(to) => (to, None),
            Gives::Onto { before, sum } => (sum, before),
        };
        let dy = self.gradient(takes);
        let of = |value: ValueId| &self.formula.values[value.0].shape;
        let (input, output) = (of(node.inputs[operand]), of(node.output));
        let read = |read: &Read| match read {
            Read::Operand(at) => self.value(node.inputs[*at]),
            Read::Result => self.value(node.output),
            Read::Gradient => dy.to_owned(),
            Read::Given(tokens) => tokens.to_string().replace(' ', ""),
        };
        let part = match &node.form {
            Form::Element(element) => {
                let term = elements::text(element.shares[operand], &|word| match word {
                    "y" => self.value(node.output),
                    "dy" => dy.to_owned(),
                    word => {
                        let at = elements::operand(word).unwrap_or(0);
                        self.value(node.inputs[at])
                    }
                });
                match input {
                    _ if input == output => term,
                    Shape::Known(lengths) if !lengths.is_empty() => format!("sum({term}, to = {input})"),
                    _ => format!("sum({term})"),
                }
            }
            Form::Calls { pulls, .. } => match &pulls[operand] {
                Pull::Element(formula, count) => elements::text(formula, &|word| match word {
                    "b" => count.as_ref().map_or_else(String::new, |_| self.count(input, output)),
                    _ => dy.to_owned(),
                }),
                Pull::Call(Invocation { path, reads, .. }) => {
                    let reads: Vec<String> = reads.iter().map(read).collect();
                    format!("{path}({})", reads.join(", "))
                }
            },
            Form::Part(at) => format!("{dy} at [{at}]"),
            Form::Rows(start) => {
                let length = output.lengths().and_then(|lengths| lengths.first()?.number());
                let end = length.map_or_else(String::new, |length| (start + length).to_string());
                format!("{dy} at [{start}..{end}]")
            }
            Form::Own(callee, _) => {
                let reads: Vec<String> = node.inputs.iter().map(|input| self.value(*input)).collect();
                format!("{callee}::pullback({}, {dy})", reads.join(", "))
            }
            Form::Branch(_) => format!("{dy} through what ran of {}", self.value(node.output)),
            Form::Number(_) | Form::View | Form::Detach => dy.to_owned(),
        };
        let before = before.map_or(String::new(), |before| format!("{} + ", self.gradient(before)));
        let rule = match &node.form {
            Form::Element(_) | Form::Calls { .. } | Form::Own(..) => {
                format!("dL/d{} d({})/d{}", self.value(node.output), node.text, self.value(node.inputs[operand]))
            }
            _ => format!("{} = {}", self.value(node.output), node.text),
        };
        Some((format!("{} = {before}{part}", self.gradient(to)), rule))
    }

    /// How many elements each one of the result is made of.
    fn count(&self, input: &Shape, output: &Shape) -> String {
        let product = |shape: &Shape| shape.numbers().map(|numbers| numbers.iter().product::<usize>());
        match (product(input), product(output)) {
            (Some(all), Some(left)) if left > 0 => (all / left).to_string(),
            _ => "n".to_owned(),
        }
    }
}
