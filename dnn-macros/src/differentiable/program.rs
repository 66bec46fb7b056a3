//! Formula and steps to a program: a list of instructions, each of which makes one value or gradient, and what of it is needed.

use super::elements;
use super::formula::Formula;
use super::functions::{Branch, Callee, Form, Invocation, Pull, Read};
use super::shape::Shape;
use crate::backward::{Action, Gives, GradientId, Steps};
use proc_macro2::TokenStream;
use quote::quote;
use std::rc::Rc;

/// A value or a gradient: values are numbered first.
pub(crate) type Slot = usize;

/// What one instruction makes, and how.
pub(crate) struct Instruction {
    pub(crate) target: Slot,
    pub(crate) kind: Kind,
}

/// How something is made.
pub(crate) enum Kind {
    /// A literal or a constant.
    Number(TokenStream),
    /// Element by element over `over`: a formula, what its words stand for, and what its word `b` is where that is a count.
    Element {
        formula: &'static str,
        words: Vec<(&'static str, Slot)>,
        count: Option<TokenStream>,
        over: Shape,
        /// Where the target is smaller than that: its elements are sums, onto these.
        onto: Option<Onto>,
    },
    /// The same numbers, in the target's shape.
    View(Slot),
    /// An element of the first axis.
    Part(Slot, usize),
    /// Elements of the first axis, from one on, as many as the target has.
    Rows(Slot, usize),
    /// What a gradient gets from that of its part.
    PartOnto(Slot, usize, Onto),
    /// Calls of the run time that write, or add.
    /// They are checked where the rule holds, if there is one.
    Calls { calls: Vec<(Invocation, Vec<Argument>)>, rule: Option<usize>, onto: Option<Onto> },
    /// A call of another function, and the arguments.
    Own(Callee, Vec<Argument>),
    /// One of two formulas, of these values.
    Branch(Rc<Branch>, Vec<Slot>),
    /// What one operand of a call of another function or of two ways gets: the node, which operand, the gradient of its result.
    /// All of them are made at once, by the first of them.
    ShareOnto { node: usize, of: usize, gradient: Slot, onto: Onto },
}

/// What is added to: pieces of a gradient that are there already, or zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Onto(pub(crate) Option<Slot>);

/// An argument of a call.
#[derive(Clone)]
pub(crate) enum Argument {
    Tensor(Slot),
    Constant(TokenStream),
}

/// A program: what it makes in which order, and what of that are its results.
pub(crate) struct Program<'a> {
    pub(crate) formula: &'a Formula,
    pub(crate) steps: &'a Steps,
    pub(crate) instructions: Vec<Instruction>,
    /// What the program is for.
    pub(crate) results: Vec<Slot>,
}

/// Where the gradient of the result comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seed {
    /// There is none: only the value is asked for.
    None,
    /// It is 1.
    One,
    /// The caller hands it over.
    Given,
}

impl<'a> Program<'a> {
    /// The value alone, or the gradients with or without it.
    pub(crate) fn new(formula: &'a Formula, steps: &'a Steps, seed: Seed, with_value: bool) -> Program<'a> {
        let mut program = Program { formula, steps, instructions: Vec::new(), results: Vec::new() };
        program.forward();
        if with_value {
            program.results.push(formula.value.unwrap_or(formula.output).0);
        }
        if seed != Seed::None {
            if seed == Seed::One {
                let target = program.gradient(GradientId(0));
                program.instructions.push(Instruction { target, kind: Kind::Number(quote!(1.0)) });
            }
            program.backward();
        }
        program.remove_unused();
        program
    }

    /// The slot of a gradient.
    pub(crate) fn gradient(&self, gradient: GradientId) -> Slot {
        self.formula.values.len() + gradient.0
    }

    /// The gradient that the caller gets for each input; none where it is zero or not wanted.
    pub(crate) fn delivered(steps: &Steps, formula: &Formula) -> Vec<Option<Slot>> {
        let mut delivered = vec![None; formula.inputs.len()];
        for step in &steps.list {
            if let Action::Deliver { input, gradient: Some(gradient) } = step.action {
                delivered[input] = Some(formula.values.len() + gradient.0);
            }
        }
        delivered
    }

    /// The shape of a slot.
    pub(crate) fn shape(&self, slot: Slot) -> &'a Shape {
        let values = self.formula.values.len();
        let value = if slot < values { slot } else { self.steps.gradients[slot - values].value.0 };
        &self.formula.values[value].shape
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> usize {
        self.formula.values.len() + self.steps.gradients.len()
    }

    /// How often each slot is read, as a result too.
    pub(crate) fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.slots()];
        let reads = self.instructions.iter().flat_map(|instruction| instruction.reads(self.formula));
        reads.chain(self.results.iter().copied()).for_each(|slot| uses[slot] += 1);
        uses
    }

    fn forward(&mut self) {
        let formula = self.formula;
        for node in &formula.nodes {
            let inputs: Vec<Slot> = node.inputs.iter().map(|input| input.0).collect();
            let kind = match &node.form {
                Form::Number(tokens) => Kind::Number(tokens.clone()),
                Form::Element(element) => Kind::Element {
                    formula: element.value,
                    words: elements::OPERANDS.into_iter().zip(inputs).collect(),
                    count: None,
                    over: formula.values[node.output.0].shape.clone(),
                    onto: None,
                },
                Form::View | Form::Detach => Kind::View(inputs[0]),
                Form::Part(at) => Kind::Part(inputs[0], *at),
                Form::Rows(start) => Kind::Rows(inputs[0], *start),
                Form::Calls { value, .. } => {
                    let calls = value.iter().map(|call| (call.clone(), reads(call, &inputs, None, None))).collect();
                    Kind::Calls { calls, rule: node.rule, onto: None }
                }
                Form::Own(callee, arguments) => Kind::Own(callee.clone(), own_arguments(arguments, &inputs)),
                Form::Branch(branch) => Kind::Branch(branch.clone(), inputs),
            };
            self.instructions.push(Instruction { target: node.output.0, kind });
        }
    }

    fn backward(&mut self) {
        let steps = self.steps;
        for step in &steps.list {
            match &step.action {
                Action::Node { node, takes, gives, .. } => {
                    for (operand, give) in gives.iter().enumerate() {
                        self.share(*node, operand, self.gradient(*takes), *give);
                    }
                }
                Action::Sum { pieces: [a, b], sum } => {
                    let target = self.gradient(*sum);
                    let kind = Kind::Element {
                        formula: "a + b",
                        words: vec![("a", self.gradient(*a)), ("b", self.gradient(*b))],
                        count: None,
                        over: self.shape(target).clone(),
                        onto: None,
                    };
                    self.instructions.push(Instruction { target, kind });
                }
                Action::Deliver { gradient, .. } => {
                    let slot = gradient.map(|gradient| self.gradient(gradient));
                    self.results.extend(slot);
                }
            }
        }
    }

    /// What one operand of a node gets.
    fn share(&mut self, at: usize, operand: usize, dy: Slot, give: Gives) {
        let node = &self.formula.nodes[at];
        let inputs: Vec<Slot> = node.inputs.iter().map(|input| input.0).collect();
        let output = node.output.0;
        let (target, onto) = match give {
            Gives::Nothing => return,
            Gives::Same(to) | Gives::InPlace(to) | Gives::New(to) => (self.gradient(to), None),
            Gives::Onto { before, sum } => (self.gradient(sum), Some(Onto(before.map(|before| self.gradient(before))))),
        };
        let kind = match (&node.form, onto) {
            (Form::Element(element), onto) => {
                let mut words: Vec<(&'static str, Slot)> = elements::OPERANDS.into_iter().zip(inputs).collect();
                words.extend([("y", output), ("dy", dy)]);
                let formula = element.shares[operand];
                let read = elements::reads(formula);
                words.retain(|(word, _)| read.contains(word));
                Kind::Element { formula, words, count: None, over: self.shape(output).clone(), onto }
            }
            (Form::Calls { pulls, .. }, onto) => match (&pulls[operand], onto) {
                (Pull::Element(formula, count), onto) => Kind::Element {
                    formula,
                    words: vec![("dy", dy)],
                    count: count.clone(),
                    over: self.shape(target).clone(),
                    onto,
                },
                (Pull::Call(call), onto) => Kind::Calls {
                    calls: vec![(call.clone(), reads(call, &inputs, Some(output), Some(dy)))],
                    rule: node.rule,
                    onto: Some(onto.unwrap_or(Onto(None))),
                },
            },
            (Form::Part(at), Some(onto)) => Kind::PartOnto(dy, *at, onto),
            (Form::Rows(start), Some(onto)) => {
                let (path, constants) = ("take::pull", vec![quote!(0), quote!(#start)]);
                let call = Invocation { path, constants, types: 2, reads: vec![Read::Gradient] };
                Kind::Calls { calls: vec![(call, vec![Argument::Tensor(dy)])], rule: None, onto: Some(onto) }
            }
            (Form::Own(..) | Form::Branch(_), Some(onto)) => {
                Kind::ShareOnto { node: at, of: operand, gradient: dy, onto }
            }
            _ => Kind::View(dy),
        };
        self.instructions.push(Instruction { target, kind });
    }

    /// Removes what no result needs.
    fn remove_unused(&mut self) {
        let mut needed = vec![false; self.slots()];
        self.results.iter().for_each(|slot| needed[*slot] = true);
        let mut kept = Vec::new();
        for instruction in std::mem::take(&mut self.instructions).into_iter().rev() {
            if needed[instruction.target] {
                instruction.reads(self.formula).iter().for_each(|slot| needed[*slot] = true);
                kept.push(instruction);
            }
        }
        kept.reverse();
        self.instructions = kept;
    }
}

impl Instruction {
    /// What it reads, what it adds to included.
    pub(crate) fn reads(&self, formula: &Formula) -> Vec<Slot> {
        let mut slots: Vec<Slot> = match &self.kind {
            Kind::Number(_) => Vec::new(),
            Kind::Element { words, .. } => words.iter().map(|(_, slot)| *slot).collect(),
            Kind::View(slot) | Kind::Part(slot, _) | Kind::Rows(slot, _) | Kind::PartOnto(slot, ..) => vec![*slot],
            Kind::Calls { calls, .. } => calls.iter().flat_map(|(_, reads)| tensors(reads)).collect(),
            Kind::Own(_, arguments) => tensors(arguments).collect(),
            Kind::Branch(_, inputs) => inputs.clone(),
            Kind::ShareOnto { node, gradient, .. } => {
                let inputs = formula.nodes[*node].inputs.iter().map(|input| input.0);
                inputs.chain([*gradient]).collect()
            }
        };
        slots.extend(self.onto().and_then(|onto| onto.0));
        slots
    }

    /// What it adds to, if it adds.
    pub(crate) fn onto(&self) -> Option<Onto> {
        match &self.kind {
            Kind::Element { onto, .. } | Kind::Calls { onto, .. } => *onto,
            Kind::PartOnto(.., onto) | Kind::ShareOnto { onto, .. } => Some(*onto),
            _ => None,
        }
    }
}

fn tensors(arguments: &[Argument]) -> impl Iterator<Item = Slot> {
    arguments.iter().filter_map(|argument| match argument {
        Argument::Tensor(slot) => Some(*slot),
        Argument::Constant(_) => None,
    })
}

pub(super) fn own_arguments(arguments: &[Option<TokenStream>], inputs: &[Slot]) -> Vec<Argument> {
    let mut inputs = inputs.iter();
    let argument = |constant: &Option<TokenStream>| match constant {
        Some(constant) => Some(Argument::Constant(constant.clone())),
        None => inputs.next().map(|slot| Argument::Tensor(*slot)),
    };
    arguments.iter().filter_map(argument).collect()
}

/// What a call reads.
fn reads(call: &Invocation, inputs: &[Slot], output: Option<Slot>, gradient: Option<Slot>) -> Vec<Argument> {
    let argument = |read: &Read| match read {
        Read::Operand(at) => inputs.get(*at).copied().map(Argument::Tensor),
        Read::Result => output.map(Argument::Tensor),
        Read::Gradient => gradient.map(Argument::Tensor),
        Read::Given(tokens) => Some(Argument::Constant(tokens.clone())),
    };
    call.reads.iter().filter_map(argument).collect()
}
