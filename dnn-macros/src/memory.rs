//! The steps to a memory plan: where every value and every gradient lies, and which of them share their scalars.
//!
//! The workspace holds, for each sample, what is not the caller's: the inputs and the output, and their gradients, are.
//! Forward and backward are one list of instructions over values, each of which is made once. A value that is made from
//! another one element by element lies where that lies, unless it is read later; buffers that are never live at the same
//! time share space.

use crate::backward::{Action, Gives, GradientId, Steps};
use crate::graph::ValueId;
use crate::layers::{Form, Workspace};
use crate::shape::Typed;
use std::fmt;

/// Where a value or a gradient lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// In one of the caller's inputs, which nobody writes to.
    Input(usize),
    /// In the caller's output.
    Output,
    /// In the caller's gradient of the output.
    OutputGradient,
    /// In the caller's gradient of an input, if that is wanted.
    InputGradient(usize),
    /// In a place of the workspace.
    Place(usize),
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
    /// Where each value lies, and behind the values each gradient.
    storage: Vec<Storage>,
    values: usize,
    /// For each instruction, forward steps before backward ones, and each value that it makes: which of the values that it
    /// may lie over it does lie over, if it does.
    over: Vec<Vec<Option<usize>>>,
    /// The place of each node's own workspace, where it has one.
    pub(crate) workspaces: Vec<Option<usize>>,
    /// The place of what a node computes anew in the backward pass.
    pub(crate) again: Vec<Option<usize>>,
    /// Where each backward step finds dL/dy, which it may change: a copy where it is read later.
    spoilt: Vec<Option<Storage>>,
    /// The workspace.
    pub(crate) places: Vec<Place>,
}

/// The memory of a network.
pub(crate) struct Plan {
    /// For inference.
    pub(crate) infer: Schedule,
    /// For training: forward and backward in one workspace.
    pub(crate) train: Schedule,
}

/// What is made, and where it may lie.
struct Made {
    value: usize,
    /// Values that it may lie over: the first one that nobody reads any more.
    over: Vec<usize>,
    /// Whether it is the same scalars as the only one of these.
    same: bool,
}

/// A step as the plan sees it: values and gradients are numbered through.
#[derive(Default)]
struct Instruction {
    reads: Vec<usize>,
    makes: Vec<Made>,
}

impl Instruction {
    fn make(&mut self, value: usize, over: Vec<usize>, same: bool) {
        self.reads.extend(&over);
        self.makes.push(Made { value, over, same });
    }
}

/// The plan of a network.
pub(crate) fn plan(typed: &Typed, steps: &Steps) -> Plan {
    let forward = |infers| typed.nodes.iter().map(|node| forward(node, infers)).collect::<Vec<Instruction>>();
    let nodes = typed.nodes.len();
    let mut infer = Planner::new(typed, steps, forward(true)).schedule();
    workspaces(typed, &mut infer, |node, size| (size.0, (node, node)));
    let mut instructions = forward(false);
    let mut scratch = typed.values.len() + steps.gradients.len();
    instructions.extend(steps.list.iter().map(|step| backward(typed, &step.action, &mut scratch)));
    let mut train = Planner::new(typed, steps, instructions).schedule();
    let step_of = |node: usize| steps.of_node(node).map(|step| nodes + step);
    workspaces(typed, &mut train, |node, size| {
        step_of(node).map_or((size.0, (node, node)), |step| (size.1, (node, step)))
    });
    for (at, node) in typed.nodes.iter().enumerate().filter(|(_, node)| node.recompute) {
        let Some(step) = step_of(at) else { continue };
        let value = &typed.values[node.output.0];
        train.again[at] = Some(train.places.len());
        let name = format!("{}_again", value.name);
        train.places.push(Place { name, offset: 0, len: value.len(), live: (step, step) });
    }
    Plan { infer: infer.finish(), train: train.finish() }
}

/// The forward step of a node, in inference or in training.
fn forward(node: &crate::shape::Node, infers: bool) -> Instruction {
    let mut instruction = Instruction::default();
    let inputs: Vec<usize> = node.inputs.iter().map(|input| input.0).collect();
    match &node.operation.form {
        Form::View | Form::Detached => instruction.make(node.output.0, inputs, true),
        Form::InPlace { .. } => instruction.make(node.output.0, inputs, false),
        Form::Op { .. } if infers && node.overwrites => instruction.make(node.output.0, inputs, false),
        Form::Op { .. } | Form::Tensor => {
            instruction.make(node.output.0, Vec::new(), false);
            instruction.reads.extend(inputs);
        }
        Form::Join(operands) => {
            let bases = operands.iter().zip(&inputs).filter(|(operand, _)| operand.base).map(|(_, input)| *input);
            instruction.make(node.output.0, bases.collect(), false);
            instruction.reads = inputs;
        }
    }
    instruction
}

/// A step of the backward pass; what it may spoil is a value of its own, behind all others.
fn backward(typed: &Typed, action: &Action, scratch: &mut usize) -> Instruction {
    let behind = typed.values.len();
    let of = |gradient: &GradientId| behind + gradient.0;
    let mut instruction = Instruction::default();
    match action {
        Action::Node { node, reads, takes, gives } => {
            let node = &typed.nodes[*node];
            instruction.reads = reads.iter().map(|value| value.0).collect();
            for give in gives {
                match give {
                    Gives::Nothing => {}
                    Gives::Same(to) => instruction.make(of(to), vec![of(takes)], true),
                    Gives::InPlace(to) => instruction.make(of(to), vec![of(takes)], false),
                    Gives::New(to) => instruction.make(of(to), Vec::new(), false),
                    Gives::Onto { before, sum } => instruction.make(of(sum), before.iter().map(of).collect(), false),
                }
            }
            let changed = matches!(gives[..], [Gives::InPlace(_)]);
            if !changed && node.spoils && matches!(node.operation.form, Form::Op { .. }) {
                instruction.make(*scratch, vec![of(takes)], false);
                *scratch += 1;
            } else if !changed {
                instruction.reads.push(of(takes));
            }
        }
        Action::Sum { pieces: [a, b], sum } => instruction.make(of(sum), vec![of(a), of(b)], false),
        Action::Deliver { gradient, .. } => instruction.reads.extend(gradient.iter().map(of)),
    }
    instruction
}

struct Planner<'a> {
    typed: &'a Typed,
    steps: &'a Steps,
    instructions: Vec<Instruction>,
    /// The last instruction that reads each value.
    last: Vec<usize>,
    /// Which values lie in one buffer, by the number of the first of them.
    group: Vec<usize>,
    /// For each such number, the last instruction that reads any of them.
    last_of: Vec<usize>,
    over: Vec<Vec<Option<usize>>>,
}

impl<'a> Planner<'a> {
    fn new(typed: &'a Typed, steps: &'a Steps, instructions: Vec<Instruction>) -> Planner<'a> {
        let made = instructions.iter().flat_map(|instruction| &instruction.makes).map(|made| made.value + 1).max();
        let count = made.unwrap_or(0).max(typed.values.len() + steps.gradients.len());
        let mut last = vec![0; count];
        for (at, instruction) in instructions.iter().enumerate() {
            instruction.reads.iter().for_each(|value| last[*value] = at);
        }
        // The caller reads the output when forward has ended.
        let end = typed.nodes.len();
        last[typed.output.0] = last[typed.output.0].max(end);
        let group = (0..count).collect();
        Planner { typed, steps, last_of: last.clone(), last, instructions, group, over: Vec::new() }
    }

    fn is_input(&self, group: usize) -> bool {
        self.typed.inputs.iter().any(|input| input.0 == group)
    }

    fn is_optional(&self, value: usize) -> bool {
        value
            .checked_sub(self.typed.values.len())
            .and_then(|at| self.steps.gradients.get(at))
            .is_some_and(|g| g.optional)
    }

    /// Decides for every value whether it lies where another one lies.
    fn share(&mut self) {
        for at in 0..self.instructions.len() {
            let mut overs = Vec::new();
            for made in 0..self.instructions[at].makes.len() {
                let Made { value, over, same } = &self.instructions[at].makes[made];
                let value = *value;
                let chosen = if *same {
                    let result = value == self.typed.output.0;
                    (!(result && self.is_input(self.group[over[0]]))).then_some(0)
                } else {
                    let mut free = (0..over.len()).filter(|i| self.is_free(at, over[*i]));
                    // What only the caller's wish makes should lie with its like: then it can lie with the caller.
                    let optional = |i: &usize| self.is_optional(over[*i]) == self.is_optional(value);
                    free.clone().find(optional).or_else(|| free.next())
                };
                if let Some(chosen) = chosen {
                    let group = self.group[over[chosen]];
                    self.group[value] = group;
                    self.last_of[group] = self.last_of[group].max(self.last[value]);
                }
                overs.push(chosen);
            }
            self.over.push(overs);
        }
    }

    /// Whether the buffer of a value may be written to by an instruction that takes it.
    fn is_free(&self, at: usize, value: usize) -> bool {
        let group = self.group[value];
        let instruction = &self.instructions[at];
        let reads = instruction.reads.iter().filter(|read| self.group[**read] == group).count();
        let others = instruction.makes.iter().filter(|made| made.over.contains(&value)).count();
        !self.is_input(group) && self.last_of[group] <= at && reads == 1 && others <= 1
    }

    fn schedule(mut self) -> Schedule {
        self.share();
        let (typed, values) = (self.typed, self.typed.values.len());
        let output = self.group[typed.output.0];
        let output_gradient = self.group[values];
        let mut places: Vec<Place> = Vec::new();
        let mut place_of: Vec<Option<Storage>> = vec![None; self.group.len()];
        for (at, input) in typed.inputs.iter().enumerate() {
            place_of[input.0] = Some(Storage::Input(at));
        }
        place_of[output].get_or_insert(Storage::Output);
        place_of[output_gradient] = Some(Storage::OutputGradient);
        let mut mixed = vec![false; self.group.len()];
        for value in 0..self.group.len() {
            mixed[self.group[value]] |= !self.is_optional(value) && value < values + self.steps.gradients.len();
        }
        let mut written = vec![0; self.group.len()];
        for (at, instruction) in self.instructions.iter().enumerate() {
            instruction.makes.iter().filter(|made| !made.same).for_each(|made| written[self.group[made.value]] = at);
        }
        for (at, step) in self.steps.list.iter().enumerate() {
            if let Action::Deliver { input, gradient: Some(gradient) } = step.action {
                let group = self.group[values + gradient.0];
                // What is written to later is no place for what the caller has got.
                if !mixed[group] && written[group] <= typed.nodes.len() + at {
                    place_of[group].get_or_insert(Storage::InputGradient(input));
                }
            }
        }
        let mut made = vec![None; self.group.len()];
        for (at, instruction) in self.instructions.iter().enumerate() {
            for value in instruction.makes.iter().map(|made| made.value) {
                made[value] = Some(at);
            }
        }
        let mut storage = Vec::new();
        for (value, &group) in self.group.iter().enumerate() {
            let (Some(from), false) =
                (made[value], place_of[group].is_some_and(|own| !matches!(own, Storage::Place(_))))
            else {
                storage.push(place_of[group].unwrap_or(Storage::Output)); // what no step makes is never asked for
                continue;
            };
            let own = *place_of[group].get_or_insert_with(|| {
                let (name, len) = self.describe(group);
                places.push(Place { name, offset: 0, len, live: (usize::MAX, 0) });
                Storage::Place(places.len() - 1)
            });
            if let Storage::Place(place) = own {
                let live = &mut places[place].live;
                *live = (live.0.min(from), live.1.max(from).max(self.last[value]));
            }
            storage.push(own);
        }
        let spoilt = self.spoilt(&storage);
        let nodes = typed.nodes.len();
        Schedule {
            storage,
            values,
            over: self.over,
            workspaces: vec![None; nodes],
            again: vec![None; nodes],
            spoilt,
            places,
        }
    }

    fn describe(&self, value: usize) -> (String, usize) {
        let typed = self.typed;
        if let Some(own) = typed.values.get(value) {
            return (own.name.clone(), own.len());
        }
        match self.steps.gradients.get(value - typed.values.len()) {
            Some(gradient) => (gradient.name.clone(), typed.values[gradient.value.0].len()),
            None => {
                // A copy of a gradient that is read later.
                let makes = self.instructions.iter().flat_map(|instruction| &instruction.makes);
                let of = makes.filter(|made| made.value == value).find_map(|made| made.over.first());
                let (name, len) = of.map_or((String::new(), 0), |of| self.describe(*of));
                (format!("{name}_copy"), len)
            }
        }
    }

    fn spoilt(&self, storage: &[Storage]) -> Vec<Option<Storage>> {
        let known = self.typed.values.len() + self.steps.gradients.len();
        let spoilt = |instruction: &Instruction| {
            instruction.makes.iter().find(|made| made.value >= known).map(|made| storage[made.value])
        };
        self.instructions.iter().skip(self.typed.nodes.len()).map(spoilt).collect()
    }
}

impl Schedule {
    /// Where a value lies.
    pub(crate) fn value(&self, value: ValueId) -> Storage {
        self.storage[value.0]
    }

    /// Where a gradient lies.
    pub(crate) fn gradient(&self, gradient: GradientId) -> Storage {
        self.storage[self.values + gradient.0]
    }

    /// Which of the values that the `made`-th value of an instruction may lie over it does lie over.
    pub(crate) fn over(&self, instruction: usize, made: usize) -> Option<usize> {
        self.over[instruction].get(made).copied().flatten()
    }

    /// Where a backward step finds dL/dy, where it may change it.
    pub(crate) fn spoilt(&self, step: usize) -> Option<Storage> {
        self.spoilt.get(step).copied().flatten()
    }

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

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Place { name, offset, len, live } in &self.places {
            writeln!(f, "{name}: {offset}..{} at steps {}..={}", offset + len, live.0, live.1)?;
        }
        writeln!(f, "{} scalars a sample", self.size())
    }
}
