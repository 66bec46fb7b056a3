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
    /// It ends here: nothing that is trained lies before.
    End,
}

/// The backward pass.
pub(crate) struct Steps {
    /// Last node first.
    pub(crate) list: Vec<Step>,
    /// For each value, whether a gradient of it is made.
    made: Vec<bool>,
    /// For each value, whether something before it is trained.
    trained: Vec<bool>,
}

/// The steps of a network, from its last node to its first. There is none for what lies before all that is trained, if it is
/// frozen.
pub(crate) fn derive(typed: &Typed) -> Steps {
    // A gradient is of use where it leads to something trained, or to the input without ending at a frozen layer.
    let (mut useful, mut trained) = (vec![true; typed.values.len()], vec![false; typed.values.len()]);
    for node in &typed.nodes {
        let trains = node.operation.field.is_some() && !node.frozen;
        trained[node.output.0] = trains || trained[node.input.0];
        useful[node.output.0] = if node.frozen { trained[node.input.0] } else { trains || useful[node.input.0] };
    }
    let mut made = vec![false; typed.values.len()];
    made[typed.output.0] = useful[typed.output.0];
    let step = |(node, typed): (usize, &crate::shape::Node)| {
        if !made[typed.output.0] {
            return None;
        }
        let (mut reads, mut gradient) = match &typed.operation.form {
            Form::View => (Vec::new(), Gradient::Same),
            Form::InPlace { keeps, .. } => match keeps {
                Keeps::Nothing => (Vec::new(), Gradient::InPlace),
                Keeps::Input => (vec![typed.input], Gradient::InPlace),
                Keeps::Output => (vec![typed.output], Gradient::InPlace),
            },
            Form::Op { reads, reads_for_dx, .. } => {
                let Reads { input, output } = if typed.frozen { reads_for_dx } else { reads };
                let read = [(*input, typed.input), (*output, typed.output)];
                (read.iter().filter(|(is_read, _)| *is_read).map(|(_, value)| *value).collect(), Gradient::New)
            }
        };
        reads.sort_unstable();
        if useful[typed.input.0] {
            made[typed.input.0] = true;
        } else {
            gradient = Gradient::End;
        }
        Some(Step { node, reads, gradient })
    };
    let list = typed.nodes.iter().enumerate().rev().filter_map(step).collect();
    Steps { list, made, trained }
}

impl Steps {
    /// Whether a gradient of this value is made.
    pub(crate) fn has_gradient(&self, value: ValueId) -> bool {
        self.made[value.0]
    }

    /// Whether something before this value is trained.
    pub(crate) fn is_trained(&self, value: ValueId) -> bool {
        self.trained[value.0]
    }

    /// Whether gradients end before the input: the first layers are frozen.
    pub(crate) fn is_detached(&self, typed: &Typed) -> bool {
        !self.made[typed.input.0]
    }

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
                    Gradient::End => {
                        let reads: Vec<&str> = step.reads.iter().map(|&value| name(value).as_str()).collect();
                        writeln!(f, "{}'(d{from}; {}) ends", node.label, reads.join(", "))?;
                        continue;
                    }
                };
                let reads: Vec<&str> = step.reads.iter().map(|&value| name(value).as_str()).collect();
                writeln!(f, "d{to} = {}'(d{from}; {}) {how}", node.label, reads.join(", "))?;
            }
            Ok(())
        })
    }
}
