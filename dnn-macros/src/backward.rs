//! A graph to the steps of the backward pass, in the order in which they run, and what they read.
//!
//! Gradients are values like those of the forward pass: each is made once. A value that is used several times gets a piece
//! of its gradient from every use, and the sum of the pieces is its gradient.

use crate::graph::ValueId;
use crate::layers::{Form, Keeps, Reads};
use crate::shape::Typed;
use std::fmt;

/// What is differentiated: values, and nodes in the order of the forward pass, each of which makes one value. Networks and
/// differentiable functions are.
pub(crate) trait Flow {
    /// The name of a value in dumps and in the generated code.
    fn name(&self, value: ValueId) -> &str;
    /// How many values there are.
    fn values(&self) -> usize;
    /// The values that come from outside.
    fn inputs(&self) -> &[ValueId];
    /// Who wants the gradient of an input, by its place among the inputs.
    fn wants(&self, input: usize) -> Wanted;
    /// The result.
    fn output(&self) -> ValueId;
    /// How many nodes there are.
    fn nodes(&self) -> usize;
    /// A node.
    fn edge(&self, node: usize) -> Edge<'_>;
    /// How an operand of a node gets its gradient.
    fn share(&self, node: usize, operand: usize) -> Share;
    /// The values of the forward pass that the backward step of a node reads for those of its operands that are wanted.
    fn reads(&self, node: usize, wanted: &[bool]) -> Vec<ValueId>;
}

/// A node as the reverse pass sees it.
pub(crate) struct Edge<'a> {
    /// What it reads.
    pub(crate) inputs: &'a [ValueId],
    /// What it makes.
    pub(crate) output: ValueId,
    /// Whether it has parameters.
    pub(crate) parameters: bool,
    /// Whether they stay what they are.
    pub(crate) frozen: bool,
    /// Whether gradients end here.
    pub(crate) detaches: bool,
    /// Whether it makes all gradients or none.
    pub(crate) jointly: bool,
}

/// How an operand gets its gradient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// It is zero everywhere.
    Nothing,
    /// It is that of the output as it is.
    Same,
    /// It is that of the output, changed where it lies.
    InPlace,
    /// It is written.
    Written,
    /// It is added to what is there.
    Added,
}

/// Which gradient, or piece of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct GradientId(pub(crate) usize);

/// A gradient of a value, or a piece of one.
#[derive(Debug)]
pub(crate) struct Gradient {
    /// The value.
    pub(crate) value: ValueId,
    /// Its name in dumps and in the generated code: `dh`.
    pub(crate) name: String,
    /// Whether it is made only where the caller wants the gradient of the input.
    pub(crate) optional: bool,
}

/// One step.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it does.
    pub(crate) action: Action,
    /// Whether it runs only where the caller wants the gradient of the input.
    pub(crate) optional: bool,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Action {
    /// The gradient of a node's output becomes those of its inputs.
    Node {
        /// The node, by its place in the forward pass.
        node: usize,
        /// The values of the forward pass that it reads.
        reads: Vec<ValueId>,
        /// The gradient of its output.
        takes: GradientId,
        /// What each of its inputs gets.
        gives: Vec<Gives>,
    },
    /// Two pieces of the gradient of a value become one.
    Sum { pieces: [GradientId; 2], sum: GradientId },
    /// The caller gets the gradient of an input, which is zero where there is none.
    Deliver { input: usize, gradient: Option<GradientId> },
}

/// What an input of a node gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// Nothing: nobody asks.
    Nothing,
    /// The gradient of the output as it is.
    Same(GradientId),
    /// The gradient of the output, changed where it lies.
    InPlace(GradientId),
    /// A new one.
    New(GradientId),
    /// What is added to the pieces before it, or to zero.
    Onto { before: Option<GradientId>, sum: GradientId },
}

/// The backward pass.
pub(crate) struct Steps {
    /// All gradients; the first one is that of the output.
    pub(crate) gradients: Vec<Gradient>,
    /// Last node first.
    pub(crate) list: Vec<Step>,
    /// For each value, whether a gradient of it is made.
    made: Vec<bool>,
    /// For each value, whether something before it is trained.
    trained: Vec<bool>,
    /// Whether gradients end before the inputs: the first layers are frozen.
    detached: bool,
}

/// Who wants the gradient of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// Nobody: it holds integers, or nothing before it is trained.
    Never,
    /// The caller, if at all: it depends on nothing but inputs.
    ByCaller,
    /// Parameters before it.
    Always,
}

impl Flow for Typed {
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
        match self.values[self.inputs[input].0].integer {
            Some(_) => Wanted::Never,
            None => Wanted::ByCaller,
        }
    }

    fn output(&self) -> ValueId {
        self.output
    }

    fn nodes(&self) -> usize {
        self.nodes.len()
    }

    fn edge(&self, node: usize) -> Edge<'_> {
        let node = &self.nodes[node];
        Edge {
            inputs: &node.inputs,
            output: node.output,
            parameters: node.operation.field.is_some(),
            frozen: node.frozen,
            detaches: matches!(node.operation.form, Form::Detached),
            jointly: matches!(node.operation.form, Form::Op { .. }) && node.inputs.len() > 1,
        }
    }

    fn share(&self, node: usize, operand: usize) -> Share {
        match &self.nodes[node].operation.form {
            Form::View => Share::Same,
            Form::InPlace { .. } => Share::InPlace,
            Form::Join(operands) if operands[operand].same => Share::Same,
            Form::Join(_) => Share::Added,
            _ => Share::Written,
        }
    }

    fn reads(&self, node: usize, wanted: &[bool]) -> Vec<ValueId> {
        let node = &self.nodes[node];
        match &node.operation.form {
            Form::View | Form::Detached | Form::Tensor => Vec::new(),
            Form::InPlace { keeps: Keeps::Nothing, .. } => Vec::new(),
            Form::InPlace { keeps: Keeps::Input, .. } => node.inputs.clone(),
            Form::InPlace { keeps: Keeps::Output, .. } => vec![node.output],
            Form::Op { .. } if node.recompute => node.inputs.clone(),
            Form::Op { reads, reads_for_dx, .. } => {
                let Reads { input, output } = if node.frozen { reads_for_dx } else { reads };
                let inputs = node.inputs.iter().copied().filter(|_| *input);
                inputs.chain((*output).then_some(node.output)).collect()
            }
            Form::Join(operands) => {
                let reads =
                    |(at, wanted): (usize, &bool)| (*wanted && operands[at].factor).then(|| node.inputs[1 - at]);
                wanted.iter().enumerate().filter_map(reads).collect()
            }
        }
    }
}

/// The steps from the last node to the first. There is none for what lies before all that is trained, if it is frozen.
pub(crate) fn derive(flow: &dyn Flow) -> Steps {
    let (mut wanted, detached) = wanted(flow, false);
    if detached {
        (wanted, _) = self::wanted(flow, true);
    }
    let trained = wanted.iter().map(|wanted| *wanted == Wanted::Always).collect();
    let mut derivation = Derivation {
        flow,
        wanted,
        totals: vec![None; flow.values()],
        pieces: vec![0; flow.values()],
        gradients: Vec::new(),
        list: Vec::new(),
    };
    let output = derivation.gradient(flow.output());
    if derivation.wanted[flow.output().0] != Wanted::Never {
        derivation.totals[flow.output().0] = Some(output);
    }
    let mut first_use = vec![None; flow.values()];
    for at in (0..flow.nodes()).rev() {
        flow.edge(at).inputs.iter().for_each(|input| first_use[input.0] = Some(at));
    }
    for at in (0..flow.nodes()).rev() {
        derivation.node(at);
        if !detached {
            derivation.deliver(|input| first_use[input.0] == Some(at));
        }
    }
    let made = derivation.totals.iter().map(Option::is_some).collect();
    Steps { gradients: derivation.gradients, list: derivation.list, made, trained, detached }
}

/// Who wants the gradient of each value, if nobody does of the inputs or those who say so; and whether it ends at a frozen
/// layer.
fn wanted(flow: &dyn Flow, without_inputs: bool) -> (Vec<Wanted>, bool) {
    let (mut wanted, mut ends) = (vec![Wanted::Never; flow.values()], false);
    for (at, input) in flow.inputs().iter().enumerate().filter(|_| !without_inputs) {
        wanted[input.0] = flow.wants(at);
    }
    for at in 0..flow.nodes() {
        let edge = flow.edge(at);
        let before = edge.inputs.iter().map(|input| wanted[input.0]).max().unwrap_or(Wanted::Never);
        wanted[edge.output.0] = match edge {
            Edge { detaches: true, .. } => Wanted::Never,
            Edge { frozen: true, .. } if before != Wanted::Always => {
                ends |= before == Wanted::ByCaller;
                Wanted::Never
            }
            Edge { parameters: true, .. } => Wanted::Always,
            _ => before,
        };
    }
    (wanted, ends)
}

struct Derivation<'a> {
    flow: &'a dyn Flow,
    wanted: Vec<Wanted>,
    /// The gradient of each value as far as it is summed up.
    totals: Vec<Option<GradientId>>,
    /// How many gradients a value has.
    pieces: Vec<usize>,
    gradients: Vec<Gradient>,
    list: Vec<Step>,
}

impl Derivation<'_> {
    fn gradient(&mut self, value: ValueId) -> GradientId {
        self.pieces[value.0] += 1;
        let name = self.flow.name(value);
        let name = match self.pieces[value.0] {
            1 => format!("d{name}"),
            number => format!("d{name}_{number}"),
        };
        let optional = self.wanted[value.0] != Wanted::Always;
        self.gradients.push(Gradient { value, name, optional });
        GradientId(self.gradients.len() - 1)
    }

    fn node(&mut self, at: usize) {
        let flow = self.flow;
        let Edge { inputs, output, parameters, frozen, detaches, jointly } = flow.edge(at);
        let Some(takes) = self.totals[output.0] else { return };
        let wants = |input: &ValueId| self.wanted[input.0] != Wanted::Never;
        let wanted: Vec<bool> = inputs.iter().map(wants).collect();
        let trains = parameters && !frozen;
        if !trains && !wanted.contains(&true) || detaches {
            return;
        }
        let optional = self.wanted[output.0] == Wanted::ByCaller;
        let mut reads = flow.reads(at, &wanted);
        reads.sort_unstable();
        reads.dedup();
        let (mut gives, mut sums) = (vec![Gives::Nothing; inputs.len()], Vec::new());
        // What is added to pieces that are there comes first: sums are steps of their own, behind this one.
        let adds = |i: &usize| flow.share(at, *i) == Share::Added;
        let (first, then): (Vec<usize>, Vec<usize>) = (0..inputs.len()).partition(adds);
        for i in first.into_iter().chain(then) {
            let input = inputs[i];
            let share = flow.share(at, i);
            if !(wanted[i] || jointly && wanted.contains(&true)) || share == Share::Nothing {
                continue;
            }
            let before = self.totals[input.0];
            let piece = self.gradient(input);
            if jointly && !optional {
                self.gradients[piece.0].optional = false;
            }
            gives[i] = match share {
                Share::Nothing => Gives::Nothing,
                Share::Same => Gives::Same(piece),
                Share::InPlace => Gives::InPlace(piece),
                Share::Written => Gives::New(piece),
                Share::Added => Gives::Onto { before, sum: piece },
            };
            if !wanted[i] {
                continue;
            }
            let mut total = piece;
            if let (Some(before), Gives::Same(_) | Gives::InPlace(_) | Gives::New(_)) = (before, gives[i]) {
                total = self.gradient(input);
                let optional = self.wanted[input.0] == Wanted::ByCaller;
                sums.push(Step { action: Action::Sum { pieces: [before, piece], sum: total }, optional });
            }
            self.totals[input.0] = Some(total);
        }
        self.list.push(Step { action: Action::Node { node: at, reads, takes, gives }, optional });
        self.list.extend(sums);
    }

    /// Gives the caller the gradients of the inputs that are complete.
    fn deliver(&mut self, complete: impl Fn(ValueId) -> bool) {
        for (input, value) in self.flow.inputs().iter().enumerate() {
            if self.flow.wants(input) != Wanted::Never && complete(*value) {
                let action = Action::Deliver { input, gradient: self.totals[value.0] };
                self.list.push(Step { action, optional: true });
            }
        }
    }
}

impl Steps {
    /// The step of a node's backward pass, if it has one.
    pub(crate) fn of_node(&self, node: usize) -> Option<usize> {
        self.list.iter().position(|step| matches!(step.action, Action::Node { node: own, .. } if own == node))
    }

    /// Whether a gradient of this value is made.
    pub(crate) fn has_gradient(&self, value: ValueId) -> bool {
        self.made[value.0]
    }

    /// Whether something before this value is trained.
    pub(crate) fn is_trained(&self, value: ValueId) -> bool {
        self.trained[value.0]
    }

    /// Whether gradients end before the inputs: the first layers are frozen.
    pub(crate) fn is_detached(&self) -> bool {
        self.detached
    }

    /// The pass as text, with the names of a typed graph.
    #[cfg_attr(not(test), allow(dead_code, reason = "for snapshots"))]
    pub(crate) fn display<'a>(&'a self, typed: &'a Typed) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| {
            let name = |gradient: GradientId| self.gradients[gradient.0].name.as_str();
            for step in &self.list {
                match &step.action {
                    Action::Node { node, reads, takes, gives } => {
                        let label = &typed.nodes[*node].label;
                        let reads: Vec<&str> = reads.iter().map(|value| typed.values[value.0].name.as_str()).collect();
                        let (from, reads) = (name(*takes), reads.join(", "));
                        if gives.is_empty() {
                            writeln!(f, "{label}'({from}; {reads})")?;
                        }
                        for give in gives {
                            let (to, how) = match *give {
                                Gives::Nothing => ("_", "not"),
                                Gives::Same(to) => (name(to), "as it is"),
                                Gives::InPlace(to) => (name(to), "in place"),
                                Gives::New(to) => (name(to), "new"),
                                Gives::Onto { before: None, sum } => (name(sum), "new"),
                                Gives::Onto { before: Some(_), sum } => (name(sum), "added"),
                            };
                            writeln!(f, "{to} = {label}'({from}; {reads}) {how}")?;
                        }
                    }
                    Action::Sum { pieces: [a, b], sum } => {
                        writeln!(f, "{} = {} + {}", name(*sum), name(*a), name(*b))?;
                    }
                    Action::Deliver { input, gradient } => {
                        let input = &typed.values[typed.inputs[*input].0].name;
                        let gradient = gradient.map_or("0", name);
                        writeln!(f, "return {gradient} for {input}")?;
                    }
                }
            }
            Ok(())
        })
    }
}
