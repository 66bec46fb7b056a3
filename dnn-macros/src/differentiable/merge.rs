//! A formula without repetitions: what is made of the same values in the same way is one value.
//!
//! `x[..9] * x[..9]` then reads one part of `x`, whose gradient is the sum of what both uses give, and is added to that of `x`
//! once.

use super::formula::{Formula, Node};
use super::functions::{Form, Invocation, Read};
use crate::graph::ValueId;
use quote::quote;
use std::collections::HashMap;

/// The same formula with every value made once. What is left out has a value that nothing makes or reads.
pub(crate) fn merge(mut formula: Formula) -> Formula {
    let mut place: Vec<ValueId> = (0..formula.values.len()).map(ValueId).collect();
    let mut made: HashMap<String, ValueId> = HashMap::new();
    let mut nodes = std::mem::take(&mut formula.nodes);
    nodes.retain_mut(|node| {
        node.inputs.iter_mut().for_each(|input| *input = place[input.0]);
        let Some(description) = describe(node, &formula) else { return true };
        let first = *made.entry(description).or_insert(node.output);
        place[node.output.0] = first;
        first == node.output
    });
    formula.nodes = nodes;
    formula.output = place[formula.output.0];
    formula.value = formula.value.map(|value| place[value.0]);
    formula
}

/// What a node makes, as a text that two nodes share if they make the same; nothing where that cannot be told.
fn describe(node: &Node, formula: &Formula) -> Option<String> {
    let form = match &node.form {
        Form::Number(tokens) => format!("number {tokens}"),
        Form::Element(element) => format!("element {}", element.name),
        Form::View => "view".to_owned(),
        Form::Part(at) => format!("part {at}"),
        Form::Rows(start) => format!("rows {start}"),
        Form::Detach => "detach".to_owned(),
        Form::Calls { value, .. } => value.iter().map(call).collect(),
        Form::Own(callee, arguments) => {
            let arguments = arguments.iter().map(|argument| argument.clone().unwrap_or_else(|| quote!(_)));
            format!("own {callee} {}", quote!(#(#arguments),*))
        }
        Form::Branch(_) => return None,
    };
    let inputs: Vec<String> = node.inputs.iter().map(|input| input.0.to_string()).collect();
    Some(format!("{form} of {} to {}", inputs.join(" "), formula.values[node.output.0].shape))
}

/// A call of the run time as a text.
fn call(call: &Invocation) -> String {
    let reads = call.reads.iter().map(|read| match read {
        Read::Operand(at) => format!(" {at}"),
        Read::Result => " y".to_owned(),
        Read::Gradient => " dy".to_owned(),
        Read::Given(tokens) => format!(" given {tokens}"),
    });
    let constants = &call.constants;
    format!("call {} {}{};", call.path, quote!(#(#constants),*), reads.collect::<String>())
}
