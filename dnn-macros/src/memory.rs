//! The steps to a memory plan: where every value and every gradient lies, and which of them share their scalars.
//!
//! The workspace holds, for each sample, what is not the caller's: the input and the output, and their gradients, are.
//! Buffers that are never live at the same time share space.

use crate::backward::{Gradient, Steps};
use crate::graph::ValueId;
use crate::layers::{Form, Workspace};
use crate::shape::Typed;
use std::fmt;

/// Where a value of the forward pass lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// In the caller's input, which nobody writes to.
    Input,
    /// In the caller's output.
    Output,
    /// In a place of the workspace.
    Place(usize),
}

/// Where the gradient of a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GradientStorage {
    /// In the caller's gradient of the output.
    Output,
    /// In the caller's gradient of the input, if that is wanted.
    Input,
    /// In a place of the workspace.
    Place(usize),
    /// There is none: nothing before the value is trained.
    Nowhere,
}

/// A buffer in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The value it is made for.
    pub(crate) name: String,
    /// Scalars a sample before it.
    pub(crate) offset: usize,
    /// Scalars a sample in it.
    pub(crate) len: usize,
    /// The first and the last step at which it is live; the backward pass goes on counting where forward ends.
    pub(crate) live: (usize, usize),
}

/// The memory of one kind of pass.
pub(crate) struct Schedule {
    /// Where each value lies.
    pub(crate) storage: Vec<Storage>,
    /// Which nodes work in place on a copy, because their input is still needed or not theirs to write to.
    pub(crate) copies: Vec<bool>,
    /// The place of each node's own workspace, where it has one.
    pub(crate) workspaces: Vec<Option<usize>>,
    /// The workspace.
    pub(crate) places: Vec<Place>,
}

/// The memory of a network.
pub(crate) struct Plan {
    /// For inference.
    pub(crate) infer: Schedule,
    /// For training: forward and backward in one workspace.
    pub(crate) train: Schedule,
    /// Where each gradient lies in training.
    pub(crate) gradients: Vec<GradientStorage>,
}

/// The plan of a network.
pub(crate) fn plan(typed: &Typed, steps: &Steps) -> Plan {
    let mut infer = forward(typed, &|_| false, &|_| None);
    workspaces(typed, &mut infer, |node, size| (size.0, (node, node)));
    let read_at = |value: ValueId| {
        steps.list.iter().position(|step| step.reads.contains(&value)).map(|_| {
            let latest = steps.list.iter().rposition(|step| step.reads.contains(&value)).unwrap_or(0);
            typed.nodes.len() + latest
        })
    };
    let mut train = forward(typed, &|value| steps.reads(value), &read_at);
    let gradients = backward(typed, steps, &mut train.places);
    workspaces(typed, &mut train, |node, size| {
        let back = steps.list.iter().position(|step| step.node == node);
        back.map_or((size.0, (node, node)), |step| (size.1, (node, typed.nodes.len() + step)))
    });
    Plan { infer: infer.finish(), train: train.finish(), gradients }
}

impl Schedule {
    /// Scalars of workspace a sample.
    pub(crate) fn size(&self) -> usize {
        self.places.iter().map(|place| place.offset + place.len).max().unwrap_or(0)
    }

    /// Gives every place its offset: the longest first, each at the lowest offset that no place of its time takes.
    fn finish(mut self) -> Schedule {
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(self.places[i].len), self.places[i].live, i));
        for (done, &i) in order.iter().enumerate() {
            let mut taken: Vec<(usize, usize)> = order[..done]
                .iter()
                .map(|&j| &self.places[j])
                .filter(|other| overlap(other.live, self.places[i].live))
                .map(|other| (other.offset, other.offset + other.len))
                .collect();
            taken.sort_unstable();
            let mut offset = 0;
            for (start, end) in taken {
                if offset + self.places[i].len <= start {
                    break;
                }
                offset = offset.max(end);
            }
            self.places[i].offset = offset;
        }
        // In every build of the macro: a wrong plan would be wrong results without a message.
        assert_eq!(conflict(&self.places), None, "a bug of dnn: two live buffers overlap");
        self
    }
}

fn overlap(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// The checker: two places that are live at the same time and share a scalar, if there are any.
pub(crate) fn conflict(places: &[Place]) -> Option<(usize, usize)> {
    let range = |place: &Place| (place.offset, (place.offset + place.len).saturating_sub(1));
    let clash = |a: &Place, b: &Place| a.len > 0 && b.len > 0 && overlap(a.live, b.live) && overlap(range(a), range(b));
    (0..places.len()).flat_map(|i| (0..i).map(move |j| (j, i))).find(|&(j, i)| clash(&places[j], &places[i]))
}

/// Storage of the values: what is regrouped stays where it is, what runs in place does so unless its input is `needed`
/// behind it, and the rest gets a place. `read_at` is the last step of the backward pass that reads a value.
fn forward(typed: &Typed, needed: &dyn Fn(ValueId) -> bool, read_at: &dyn Fn(ValueId) -> Option<usize>) -> Schedule {
    let content = contents(typed);
    let is_needed = |value: ValueId, at: usize| {
        let same = |other: &usize| content[*other] == content[value.0];
        (0..content.len()).filter(same).any(|other| needed(ValueId(other)))
            || typed.nodes[at + 1..].iter().any(|later| content[later.input.0] == content[value.0])
    };
    let mut group: Vec<usize> = (0..typed.values.len()).collect();
    let mut copies = vec![false; typed.nodes.len()];
    for (at, node) in typed.nodes.iter().enumerate() {
        let (input, output) = (node.input.0, node.output.0);
        let callers = group[input] == typed.input.0;
        let shares = match node.operation.form {
            Form::View => !(callers && node.output == typed.output),
            Form::InPlace { .. } => !callers && !is_needed(node.input, at),
            Form::Op { .. } => false,
        };
        if shares {
            group[output] = group[input];
        } else {
            copies[at] = !matches!(node.operation.form, Form::Op { .. });
        }
    }
    let mut places: Vec<Place> = Vec::new();
    let mut place_of = vec![None; typed.values.len()];
    let mut storage = Vec::new();
    for (value, &of) in group.iter().enumerate() {
        storage.push(if of == typed.input.0 {
            Storage::Input
        } else if of == group[typed.output.0] {
            Storage::Output
        } else {
            let place = *place_of[of].get_or_insert_with(|| {
                let Value { name, len } = Value::of(typed, value);
                places.push(Place { name, offset: 0, len, live: (usize::MAX, 0) });
                places.len() - 1
            });
            let live = &mut places[place].live;
            let touched = typed.nodes.iter().enumerate();
            for (at, _) in touched.filter(|(_, node)| node.input.0 == value || node.output.0 == value) {
                *live = (live.0.min(at), live.1.max(at));
            }
            live.1 = live.1.max(read_at(ValueId(value)).unwrap_or(0));
            Storage::Place(place)
        });
    }
    Schedule { storage, copies, workspaces: vec![None; typed.nodes.len()], places }
}

/// Places for what layers work in beside values. `of` chooses the scalars of a node from those of inference and of training,
/// and says when they are live.
fn workspaces(typed: &Typed, schedule: &mut Schedule, of: impl Fn(usize, (usize, usize)) -> (usize, (usize, usize))) {
    for (at, node) in typed.nodes.iter().enumerate() {
        let Form::Op { workspace: Workspace::Sample { infer, train }, .. } = node.operation.form else { continue };
        let (len, live) = of(at, (infer, train));
        if len > 0 {
            let name = format!("{}_saved", typed.values[node.output.0].name);
            schedule.workspaces[at] = Some(schedule.places.len());
            schedule.places.push(Place { name, offset: 0, len, live });
        }
    }
}

struct Value {
    name: String,
    len: usize,
}

impl Value {
    fn of(typed: &Typed, value: usize) -> Value {
        Value { name: typed.values[value].name.clone(), len: typed.values[value].len() }
    }
}

/// Which values are the same scalars: regrouping makes no new ones.
fn contents(typed: &Typed) -> Vec<usize> {
    let mut content: Vec<usize> = (0..typed.values.len()).collect();
    for node in &typed.nodes {
        if matches!(node.operation.form, Form::View) {
            content[node.output.0] = content[node.input.0];
        }
    }
    content
}

/// Storage of the gradients; those that are neither the caller's get places behind the ones of the forward pass.
fn backward(typed: &Typed, steps: &Steps, places: &mut Vec<Place>) -> Vec<GradientStorage> {
    let mut group: Vec<usize> = (0..typed.values.len()).collect();
    for step in &steps.list {
        let node = &typed.nodes[step.node];
        if matches!(step.gradient, Gradient::Same | Gradient::InPlace) {
            group[node.input.0] = group[node.output.0];
        }
    }
    let mut place_of = vec![None; typed.values.len()];
    let mut storage = Vec::new();
    for (value, &of) in group.iter().enumerate() {
        storage.push(if !steps.has_gradient(ValueId(value)) {
            GradientStorage::Nowhere
        } else if of == group[typed.output.0] {
            GradientStorage::Output
        } else if of == group[typed.input.0] {
            GradientStorage::Input
        } else {
            let place = *place_of[of].get_or_insert_with(|| {
                let Value { name, len } = Value::of(typed, of);
                places.push(Place { name: format!("d{name}"), offset: 0, len, live: (usize::MAX, 0) });
                places.len() - 1
            });
            let live = &mut places[place].live;
            for (at, step) in steps.list.iter().enumerate() {
                let node = &typed.nodes[step.node];
                if node.input.0 == value || node.output.0 == value {
                    let time = typed.nodes.len() + at;
                    *live = (live.0.min(time), live.1.max(time));
                }
            }
            GradientStorage::Place(place)
        });
    }
    storage
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Place { name, offset, len, live } in &self.places {
            writeln!(f, "{name}: {offset}..{} at steps {}..={}", offset + len, live.0, live.1)?;
        }
        writeln!(f, "{} scalars a sample", self.size())
    }
}
