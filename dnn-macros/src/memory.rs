//! The steps to a memory plan: where every value and every gradient lies, and which of them share their scalars.
//!
//! The workspace holds, for each sample, what is not the caller's: the inputs and the output, and their gradients, are.
//! Forward and backward are one list of instructions over values, each of which is made once. A value that is made from
//! another one element by element lies where that lies, unless it is read later; buffers that are never live at the same
//! time share space.

use crate::backward::{Action, Gives, GradientId, Steps};
use crate::graph::ValueId;
use crate::layers::{Form, Workspace};
use crate::placement::{self, Extent, Place};
use crate::shape::{Node, Typed};
use std::collections::HashMap;
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

/// The memory of one kind of pass.
pub(crate) struct Schedule {
    /// Where each value lies, and behind the values each gradient.
    storage: Vec<Storage>,
    values: usize,
    /// For each instruction, forward steps before backward ones, and each value that it makes: which of the values that it
    /// may lie over it does lie over, if it does.
    over: Vec<Vec<Option<usize>>>,
    /// Each node's own workspace, where the plan has one for it.
    pub(crate) workspaces: Vec<Option<Room>>,
    /// The place of what a node computes anew in the backward pass.
    pub(crate) again: Vec<Option<usize>>,
    /// Where each backward step finds dL/dy, which it may change: a copy where it is read later.
    spoilt: Vec<Option<Storage>>,
    /// The workspace.
    pub(crate) places: Vec<Place>,
}

/// The workspace of a layer: one place, or several that lie one behind the other.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    /// The first place.
    pub(crate) place: usize,
    /// All of them.
    pub(crate) len: Extent,
}

/// The memory of a network.
pub(crate) struct Plan {
    /// For inference.
    pub(crate) infer: Schedule,
    /// For training: forward and backward in one workspace.
    pub(crate) train: Schedule,
    /// What each node works in beside values, where the plan knows it.
    pub(crate) needs: Vec<Option<Need>>,
    /// The nodes whose workspace lies behind the plan, since only their types know it.
    pub(crate) behind: Vec<usize>,
}

/// The workspace that a layer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// In inference.
    pub(crate) infer: Extent,
    /// In training.
    pub(crate) train: Extent,
    /// The scalars a sample at its beginning that training keeps from the forward to the backward step; the others are free
    /// between these steps.
    kept: usize,
}

/// What the networks of a block need, by their names.
pub(crate) type Needs = HashMap<String, Need>;

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

/// The plans of the networks of a block.
pub(crate) fn plans(networks: &[(String, Typed, Steps)]) -> Vec<Plan> {
    let mut plans: Vec<Option<Plan>> = networks.iter().map(|_| None).collect();
    let (mut needs, mut begun) = (Needs::new(), vec![false; networks.len()]);
    (0..networks.len()).for_each(|at| plan_after(networks, at, &mut plans, &mut needs, &mut begun));
    plans.into_iter().flatten().collect()
}

/// Plans a network, after those that it holds; rustc refuses a circle.
fn plan_after(
    networks: &[(String, Typed, Steps)],
    at: usize,
    plans: &mut [Option<Plan>],
    needs: &mut Needs,
    begun: &mut [bool],
) {
    if std::mem::replace(&mut begun[at], true) {
        return;
    }
    let (name, typed, steps) = &networks[at];
    for inner in typed.nodes.iter().filter_map(held) {
        if let Some(inner) = networks.iter().position(|(name, ..)| name == inner) {
            plan_after(networks, inner, plans, needs, begun);
        }
    }
    let is_held = networks.iter().any(|(_, typed, _)| typed.nodes.iter().any(|node| held(node) == Some(name)));
    let plan = plan(typed, steps, needs, is_held);
    needs.extend(plan.need(typed).map(|need| (name.clone(), need)));
    plans[at] = Some(plan);
}

/// The name of the network of the block that a node is.
fn held(node: &Node) -> Option<&str> {
    match &node.operation.form {
        Form::Op { workspace: Workspace::Network(name), .. } => Some(name),
        _ => None,
    }
}

/// The plan of a network; `known` are networks of the block, and `is_held` says whether another one holds this one.
pub(crate) fn plan(typed: &Typed, steps: &Steps, known: &Needs, is_held: bool) -> Plan {
    let forward = |infers| typed.nodes.iter().map(|node| forward(node, infers)).collect::<Vec<Instruction>>();
    let nodes = typed.nodes.len();
    let needs: Vec<Option<Need>> = typed.nodes.iter().map(|node| need(node, known)).collect();
    let mut infer = Planner::new(typed, steps, forward(true)).schedule();
    workspaces(typed, &needs, &mut infer, nodes, |node, need| (need.infer, (node, node), need.infer.sample));
    let mut instructions = forward(false);
    let mut scratch = typed.values.len() + steps.gradients.len();
    instructions.extend(steps.list.iter().map(|step| backward(typed, &step.action, &mut scratch)));
    let end = instructions.len();
    let mut train = Planner::new(typed, steps, instructions).schedule();
    let step_of = |node: usize| steps.of_node(node).map(|step| nodes + step);
    workspaces(typed, &needs, &mut train, end, |node, need| match step_of(node) {
        None => (need.infer, (node, node), need.infer.sample),
        Some(step) if typed.nodes[node].recompute => (need.train, (node, step), 0),
        Some(step) => (need.train, (node, step), need.kept),
    });
    for (at, node) in typed.nodes.iter().enumerate().filter(|(_, node)| node.recompute) {
        let Some(step) = step_of(at) else { continue };
        let value = &typed.values[node.output.0];
        train.again[at] = Some(train.places.len());
        train.places.push(Place::new(format!("{}_again", value.name), Extent::new(value.len(), 0), (step, step)));
    }
    let of_type = |node: &Node| matches!(&node.operation.form, Form::Op { workspace, .. } if workspace.is_of_type());
    let behind = (0..nodes).filter(|&at| of_type(&typed.nodes[at]) && needs[at].is_none()).collect();
    Plan { infer: infer.finish(None), train: train.finish(is_held.then_some(nodes)), needs, behind }
}

/// What a node works in beside values, where the plan knows it.
fn need(node: &Node, known: &Needs) -> Option<Need> {
    let Form::Op { workspace, .. } = &node.operation.form else { return None };
    let of = |infer, train: Extent| Some(Need { infer, train, kept: train.sample });
    match workspace {
        Workspace::OfType => None,
        Workspace::Nothing => of(Extent::default(), Extent::default()),
        Workspace::Sample { infer, train } => of(Extent::new(*infer, 0), Extent::new(*train, 0)),
        Workspace::Scratch { kept, scratch } => of(Extent::new(0, *scratch), Extent::new(*kept, *scratch)),
        Workspace::Batch { infer, train } => of(Extent::new(0, *infer), Extent::new(0, *train)),
        Workspace::Network(name) => known.get(name).copied(),
    }
}

impl Plan {
    /// What the network needs where it is a layer of another one, if the plan knows all of it.
    fn need(&self, typed: &Typed) -> Option<Need> {
        let (infer, train) = (self.infer.extent(), self.train.extent());
        let kept = placement::kept(&self.train.places, typed.nodes.len());
        self.behind.is_empty().then_some(Need { infer, train, kept })
    }
}

/// The forward step of a node, in inference or in training.
fn forward(node: &Node, infers: bool) -> Instruction {
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
                places.push(Place::new(name, Extent::new(len, 0), (usize::MAX, 0)));
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

    /// The workspace.
    pub(crate) fn extent(&self) -> Extent {
        placement::extent(&self.places)
    }

    /// Gives every place its offset; those that are live when forward has ended after so many steps come first, where that
    /// is asked for.
    fn finish(mut self, low: Option<usize>) -> Schedule {
        placement::place(&mut self.places, low);
        self
    }
}

/// Places for what layers work in beside values. `of` chooses what a node takes from its needs, says at which steps it runs,
/// and how many of the scalars a sample are to be kept between them. What is there once in a batch is kept until the `end`:
/// the buffers of the layer absorb it when the caller says so.
fn workspaces(
    typed: &Typed,
    needs: &[Option<Need>],
    schedule: &mut Schedule,
    end: usize,
    of: impl Fn(usize, Need) -> (Extent, (usize, usize), usize),
) {
    for (at, need) in needs.iter().enumerate() {
        let Some((len, steps, kept)) = need.map(|need| of(at, need)).filter(|(len, ..)| len.one() > 0) else {
            continue;
        };
        let value = &typed.values[typed.nodes[at].output.0].name;
        let (first, places) = (schedule.places.len(), &mut schedule.places);
        schedule.workspaces[at] = Some(Room { place: first, len });
        let absorbs = !matches!(typed.nodes[at].operation.form, Form::Op { workspace: Workspace::Scratch { .. }, .. });
        let (kept, live) = match len.batch > 0 && absorbs && steps.0 < steps.1 {
            true => (kept.max(1), (steps.0, end)),
            false => (kept, steps),
        };
        let saved = Extent::new(if steps.0 == steps.1 { len.sample } else { kept.min(len.sample) }, len.batch);
        if saved.one() > 0 {
            places.push(Place::new(format!("{value}_saved"), saved, live));
        }
        // What is free for others between the forward and the backward step.
        let scratch = Extent::new(len.sample - saved.sample, 0);
        for step in [steps.0, steps.1].into_iter().filter(|_| scratch.sample > 0) {
            let within = (first < places.len()).then_some((first, saved));
            places.push(Place { within, ..Place::new(format!("{value}_scratch"), scratch, (step, step)) });
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Place { name, offset, len, live, .. } in &self.places {
            let (start, end) = (offset.sample, offset.sample + len.sample);
            let batch = if len.batch > 0 { format!(" + {}", len.batch) } else { String::new() };
            writeln!(f, "{name}: {start}..{end}{batch} at steps {}..={}", live.0, live.1)?;
        }
        let Extent { sample, batch } = self.extent();
        let batch = if batch > 0 { format!(", {batch} a batch") } else { String::new() };
        writeln!(f, "{sample} scalars a sample{batch}")
    }
}
