//! The typed graph to the steps of the backward pass, in the order in which they run, and what they read.

use crate::graph::ValueId;
use crate::layers::{Form, Keeps, Reads};
use crate::shape::Typed;
use std::fmt;

/// The backward pass of one node: the gradient of its output becomes the gradient of its input.
#[derive(Debug, PartialEq)]
pub(crate) struct Step {
    /// The node, by its place in the forward pass.
    pub(crate) node: usize,
    /// The values of the forward pass that it reads.
    pub(crate) reads: Vec<ValueId>,
    /// How the gradient goes on.
    pub(crate) gradient: Gradient,
}

/// What a step does with the gradient of its node's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gradient {
    /// Nothing: the same scalars under another shape.
    Same,
    /// It is changed where it lies.
    InPlace,
    /// A new one is made for the input.
    New,
}

/// The backward pass.
pub(crate) struct Steps {
    /// Last node first.
    pub(crate) list: Vec<Step>,
}

/// The steps of a network, from its last node to its first.
pub(crate) fn derive(typed: &Typed) -> Steps {
    let step = |(node, typed): (usize, &crate::shape::Node)| {
        let (mut reads, gradient) = match &typed.operation.form {
            Form::View => (Vec::new(), Gradient::Same),
            Form::InPlace { keeps, .. } => match keeps {
                Keeps::Nothing => (Vec::new(), Gradient::InPlace),
                Keeps::Input => (vec![typed.input], Gradient::InPlace),
                Keeps::Output => (vec![typed.output], Gradient::InPlace),
            },
            Form::Op { reads: Reads { input, output }, .. } => {
                let read = [(*input, typed.input), (*output, typed.output)];
                (read.iter().filter(|(is_read, _)| *is_read).map(|(_, value)| *value).collect(), Gradient::New)
            }
        };
        reads.sort_unstable();
        Step { node, reads, gradient }
    };
    Steps { list: typed.nodes.iter().enumerate().map(step).rev().collect() }
}

impl Steps {
    /// Whether the backward pass reads a value of the forward pass.
    pub(crate) fn reads(&self, value: ValueId) -> bool {
        self.list.iter().any(|step| step.reads.contains(&value))
    }

    /// The pass as text, with the names of a typed graph.
    #[cfg_attr(not(test), allow(dead_code, reason = "for snapshots"))]
    pub(crate) fn display<'a>(&'a self, typed: &'a Typed) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| {
            for step in &self.list {
                let node = &typed.nodes[step.node];
                let name = |value: ValueId| &typed.values[value.0].name;
                let (to, from) = (name(node.input), name(node.output));
                let how = match step.gradient {
                    Gradient::Same => "as it is",
                    Gradient::InPlace => "in place",
                    Gradient::New => "new",
                };
                let reads: Vec<&str> = step.reads.iter().map(|&value| name(value).as_str()).collect();
                writeln!(f, "d{to} = {}'(d{from}; {}) {how}", node.label, reads.join(", "))?;
            }
            Ok(())
        })
    }
}
