//! A formula: values with their shapes, and nodes that say how each of them is made. The reverse pass goes over it.

use super::functions::{Form, Pull, Read};
use super::shape::Shape;
use crate::backward::{Edge, Flow, Share, Wanted};
use crate::graph::ValueId;
use proc_macro2::TokenStream;

/// A value with its shape.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) shape: Shape,
}

/// A node and how it runs.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) inputs: Vec<ValueId>,
    pub(crate) output: ValueId,
    pub(crate) form: Form,
    /// The rule that rustc evaluates, where it is one: what the node does is checked where that holds.
    pub(crate) rule: Option<usize>,
    /// What it is in the source, for the text of the steps.
    pub(crate) text: String,
}

/// A function whose shapes are known.
#[derive(Clone)]
pub(crate) struct Formula {
    pub(crate) values: Vec<Value>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) inputs: Vec<ValueId>,
    pub(crate) output: ValueId,
    /// What the caller gets beside the gradients, where that is not the output: the value that the output is the tangent of.
    pub(crate) value: Option<ValueId>,
    /// Which of the inputs have a gradient that is wanted.
    pub(crate) wanted: Vec<bool>,
    /// What rustc checks, where only it knows a shape.
    pub(crate) seals: Vec<TokenStream>,
}

impl Flow for Formula {
    fn name(&self, value: ValueId) -> &str {
        &self.values[value.0].name
    }

    fn values(&self) -> usize {
        self.values.len()
    }

    fn inputs(&self) -> &[ValueId] {
        &self.inputs
    }

    fn wants(&self, input: usize) -> Wanted {
        if self.wanted[input] { Wanted::Always } else { Wanted::Never }
    }

    fn output(&self) -> ValueId {
        self.output
    }

    fn nodes(&self) -> usize {
        self.nodes.len()
    }

    fn edge(&self, node: usize) -> Edge<'_> {
        let node = &self.nodes[node];
        let (inputs, output, detaches) = (&node.inputs[..], node.output, node.form.detaches());
        Edge { inputs, output, parameters: false, frozen: false, detaches, jointly: false }
    }

    fn share(&self, node: usize, operand: usize) -> Share {
        let node = &self.nodes[node];
        let shape = |value: ValueId| &self.values[value.0].shape;
        match &node.form {
            Form::View | Form::Detach | Form::Number(_) => Share::Same,
            Form::Element(element) if element.shares[operand].is_empty() => Share::Nothing,
            Form::Element(_) if shape(node.inputs[operand]) == shape(node.output) => Share::Written,
            Form::Calls { pulls, .. } if matches!(pulls[operand], Pull::Element(..)) => Share::Written,
            _ => Share::Added,
        }
    }

    fn reads(&self, node: usize, wanted: &[bool]) -> Vec<ValueId> {
        let Node { inputs, output, form, .. } = &self.nodes[node];
        let wanted = wanted.iter().enumerate().filter(|(_, wanted)| **wanted).map(|(at, _)| at);
        let read = |read: &Read| match read {
            Read::Operand(at) => Some(inputs[*at]),
            Read::Result => Some(*output),
            Read::Gradient | Read::Given(_) => None,
        };
        match form {
            Form::Number(_) | Form::View | Form::Detach | Form::Part(_) | Form::Rows(_) => Vec::new(),
            Form::Own(..) | Form::Branch(_) => inputs.clone(),
            Form::Element(element) => {
                let words = wanted.flat_map(|at| super::elements::reads(element.shares[at]));
                let place = |word: &str| match super::elements::operand(word) {
                    Some(at) => Some(inputs[at]),
                    None => (word == "y").then_some(*output),
                };
                words.filter_map(place).collect()
            }
            Form::Calls { pulls, .. } => wanted
                .flat_map(|at| match &pulls[at] {
                    Pull::Element(..) => Vec::new(),
                    Pull::Call(invocation) => invocation.reads.iter().filter_map(read).collect(),
                })
                .collect(),
        }
    }
}
