//! An interpreter of the last stage: forward and backward of random networks, in the memory that the plan gives them, by plain
//! loops. What it computes is what plain loops over the declaration compute, and its gradients are central differences: then
//! steps and plan are right, whatever the tokens made of them are. The tests of `dnn` compile the same networks.

use super::chains::Random;
use super::graphs::{Graph, each, meeting};
use super::typed;
use crate::backward::{Action, Gives, Steps};
use crate::graph::ValueId;
use crate::layers::Form;
use crate::memory::{Plan, Schedule, Storage, plan};
use crate::shape::{Node, Typed};
use std::collections::HashMap;

/// One sample's memory: what the caller has, and the workspace. It begins as NaN.
struct Memory<'a> {
    schedule: &'a Schedule,
    callers: HashMap<String, Vec<f64>>,
    workspace: Vec<f64>,
}

impl Memory<'_> {
    fn new(schedule: &Schedule) -> Memory<'_> {
        Memory { schedule, callers: HashMap::new(), workspace: vec![f64::NAN; schedule.extent().sample] }
    }

    fn read(&self, storage: Storage, len: usize) -> Vec<f64> {
        match storage {
            Storage::Place(place) => {
                let place = &self.schedule.places[place];
                assert_eq!(place.len.sample, len, "{}", place.name);
                self.workspace[place.offset.sample..place.end().sample].to_vec()
            }
            callers => self.callers[&format!("{callers:?}")].clone(),
        }
    }

    fn write(&mut self, storage: Storage, values: Vec<f64>) {
        match storage {
            Storage::Place(place) => {
                let place = &self.schedule.places[place];
                self.workspace[place.offset.sample..place.end().sample].copy_from_slice(&values);
            }
            Storage::Input(_) => panic!("nobody writes to an input"),
            callers => drop(self.callers.insert(format!("{callers:?}"), values)),
        }
    }
}

struct Interpreter<'a> {
    typed: &'a Typed,
    steps: &'a Steps,
    plan: &'a Plan,
    /// The parameters of each layer, and their gradients.
    parameters: HashMap<usize, Vec<f64>>,
    gradients: HashMap<usize, Vec<f64>>,
}

/// The numbers between `<` and `>`, or between parentheses, of a layer as declared.
fn numbers(kind: &str, open: char, close: char) -> Vec<f64> {
    let inside = kind.split_once(open).and_then(|(_, rest)| rest.rsplit_once(close)).map_or("", |(inside, _)| inside);
    let number = |text: &str| text.rsplit('=').next().unwrap_or_default().trim().parse().ok();
    inside.split(',').filter_map(number).collect()
}

fn word(node: &Node) -> &str {
    node.kind.split(['<', '(']).next().unwrap_or_default()
}

impl Interpreter<'_> {
    fn len(&self, value: ValueId) -> usize {
        self.typed.values[value.0].len()
    }

    fn value(&self, memory: &Memory<'_>, value: ValueId) -> Vec<f64> {
        memory.read(memory.schedule.value(value), self.len(value))
    }

    /// The linear map of operand `i` of a join, as for each element of its input the elements of the output that it reaches.
    fn reaches(&self, node: &Node, i: usize) -> Vec<Vec<(usize, f64)>> {
        let (x, y) = (&self.typed.values[node.inputs[i].0].dims, &self.typed.values[node.output.0].dims);
        let (n, m) = (x.iter().product::<usize>(), y.iter().product::<usize>());
        let mut reaches = vec![Vec::new(); n];
        let axis = numbers(&node.kind, '<', '>').first().map_or(0, |axis| *axis as usize);
        let row = |dims: &[usize], axis: usize| dims[axis..].iter().product::<usize>();
        match word(node) {
            "Add" => (0..m).for_each(|at| reaches[meeting(y, x, at)].push((at, 1.0))),
            "Subtract" => {
                let sign = if i == 0 { 1.0 } else { -1.0 };
                (0..m).for_each(|at| reaches[meeting(y, x, at)].push((at, sign)));
            }
            "Concat" => {
                let before: usize = node.inputs[..i].iter().map(|v| row(&self.typed.values[v.0].dims, axis)).sum();
                let (own, all) = (row(x, axis), row(y, axis));
                (0..n).for_each(|at| reaches[at].push((at / own * all + before + at % own, 1.0)));
            }
            "Split" => {
                let (own, all) = (row(y, axis), row(x, axis));
                let first = self.typed.nodes.iter().filter(|other| other.layer == node.layer);
                let part = first.take_while(|other| other.output != node.output).count();
                (0..m).for_each(|at| reaches[at / own * all + part * own + at % own].push((at, 1.0)));
            }
            "Mean" => {
                let (length, inner) = (x[axis], x[axis + 1..].iter().product::<usize>());
                (0..n).for_each(|at| {
                    let to = at / (length * inner) * inner + at % inner;
                    reaches[at].push((to, 1.0 / length as f64));
                });
            }
            "Permute" => (0..n).for_each(|at| {
                // The dimensions are in the opposite order.
                let (mut rest, mut to) = (at, 0);
                for (n, m) in x.iter().rev().zip(y) {
                    to = to * m + rest % n;
                    rest /= n;
                }
                reaches[at].push((to, 1.0));
            }),
            other => panic!("{other}"),
        }
        reaches
    }

    fn forward(&self, memory: &mut Memory<'_>) {
        for (at, node) in self.typed.nodes.iter().enumerate() {
            let to = memory.schedule.value(node.output);
            let over = memory.schedule.over(at, 0);
            let y = match &node.operation.form {
                Form::View | Form::Detached => match over {
                    Some(_) => continue,
                    None => self.value(memory, node.inputs[0]),
                },
                Form::InPlace { .. } => {
                    if over.is_none() {
                        let x = self.value(memory, node.inputs[0]);
                        memory.write(to, x);
                    }
                    let x = memory.read(to, self.len(node.output));
                    x.into_iter().map(|x| element(node, x)).collect()
                }
                Form::Tensor => self.parameters[&node.layer].clone(),
                Form::Op { .. } => {
                    let (x, p) = (self.value(memory, node.inputs[0]), &self.parameters[&node.layer]);
                    let (inputs, outputs) = lengths(node);
                    let row = |row: &[f64]| -> Vec<f64> {
                        let dot = |o: usize| (0..inputs).map(|i| p[o * inputs + i] * row[i]).sum::<f64>();
                        (0..outputs).map(|o| dot(o) + p.get(inputs * outputs + o).unwrap_or(&0.0)).collect()
                    };
                    x.chunks(inputs).flat_map(row).collect()
                }
                Form::Join(operands) => {
                    let bases: Vec<usize> = (0..operands.len()).filter(|i| operands[*i].base).collect();
                    let base = over.map(|over| bases[over]).or(bases.first().copied());
                    let len = self.len(node.output);
                    let mut y = match (over, base) {
                        (Some(_), _) => memory.read(to, len),
                        (None, Some(base)) => self.value(memory, node.inputs[base]),
                        (None, None) => vec![if word(node) == "Multiply" { 1.0 } else { 0.0 }; len],
                    };
                    for i in (0..operands.len()).filter(|i| Some(*i) != base) {
                        let x = self.value(memory, node.inputs[i]);
                        if word(node) == "Multiply" {
                            let (dims, own) = self.shapes(node, i);
                            (0..len).for_each(|at| y[at] *= x[meeting(dims, own, at)]);
                        } else {
                            for (x, reached) in x.iter().zip(self.reaches(node, i)) {
                                reached.iter().for_each(|(at, factor)| y[*at] += factor * x);
                            }
                        }
                    }
                    y
                }
            };
            memory.write(to, y);
        }
    }

    fn shapes(&self, node: &Node, i: usize) -> (&[usize], &[usize]) {
        (&self.typed.values[node.output.0].dims, &self.typed.values[node.inputs[i].0].dims)
    }

    fn backward(&mut self, memory: &mut Memory<'_>) {
        for (step, of) in self.steps.list.iter().enumerate() {
            let schedule = memory.schedule;
            let len = |gradient: crate::backward::GradientId| self.len(self.steps.gradients[gradient.0].value);
            match &of.action {
                Action::Sum { pieces, sum } => {
                    let (a, b) = (schedule.gradient(pieces[0]), schedule.gradient(pieces[1]));
                    let (a, b) = (memory.read(a, len(pieces[0])), memory.read(b, len(pieces[1])));
                    memory.write(schedule.gradient(*sum), a.iter().zip(b).map(|(a, b)| a + b).collect());
                }
                Action::Deliver { input, gradient } => {
                    let value = match gradient {
                        Some(gradient) => memory.read(schedule.gradient(*gradient), len(*gradient)),
                        None => vec![0.0; self.len(self.typed.inputs[*input])],
                    };
                    memory.write(Storage::InputGradient(*input), value);
                }
                Action::Node { node, takes, gives, .. } => {
                    let node = &self.typed.nodes[*node];
                    let dy = memory.read(schedule.gradient(*takes), self.len(node.output));
                    for (i, give) in gives.iter().enumerate() {
                        let x = node.inputs[i];
                        match *give {
                            Gives::Nothing => continue,
                            Gives::Same(to) => assert_eq!(schedule.gradient(to), schedule.gradient(*takes)),
                            Gives::InPlace(to) => {
                                // What is kept is what the seal of the layer says: here its input or its output.
                                let (x, y) = (self.kept(memory, node, x), self.kept(memory, node, node.output));
                                let slope =
                                    |at: usize| slope(node, x.as_ref().map(|x| x[at]), y.as_ref().map(|y| y[at]));
                                let dx = dy.iter().enumerate().map(|(at, dy)| dy * slope(at)).collect();
                                memory.write(schedule.gradient(to), dx);
                            }
                            Gives::New(to) => {
                                let ((inputs, outputs), p) = (lengths(node), &self.parameters[&node.layer]);
                                let row = |dy: &[f64]| -> Vec<f64> {
                                    let dot = |i: usize| (0..outputs).map(|o| p[o * inputs + i] * dy[o]).sum();
                                    (0..inputs).map(dot).collect()
                                };
                                memory.write(schedule.gradient(to), dy.chunks(outputs).flat_map(row).collect());
                            }
                            Gives::Onto { before, sum } => {
                                let mut dx = match before {
                                    Some(before) => memory.read(schedule.gradient(before), len(before)),
                                    None => vec![0.0; self.len(x)],
                                };
                                if word(node) == "Multiply" {
                                    let other = self.value(memory, node.inputs[1 - i]);
                                    let ((dims, own), (_, others)) = (self.shapes(node, i), self.shapes(node, 1 - i));
                                    for (at, dy) in dy.iter().enumerate() {
                                        dx[meeting(dims, own, at)] += dy * other[meeting(dims, others, at)];
                                    }
                                } else {
                                    for (dx, reached) in dx.iter_mut().zip(self.reaches(node, i)) {
                                        *dx += reached.iter().map(|(at, factor)| factor * dy[*at]).sum::<f64>();
                                    }
                                }
                                memory.write(schedule.gradient(sum), dx);
                            }
                        }
                    }
                    if let Form::Op { .. } = node.operation.form {
                        let x = self.value(memory, node.inputs[0]);
                        let (inputs, outputs) = lengths(node);
                        let dp = self.gradients.get_mut(&node.layer).expect("a layer with parameters");
                        for (x, dy) in x.chunks(inputs).zip(dy.chunks(outputs)) {
                            for o in 0..outputs {
                                (0..inputs).for_each(|i| dp[o * inputs + i] += dy[o] * x[i]);
                                if let Some(db) = dp.get_mut(inputs * outputs + o) {
                                    *db += dy[o];
                                }
                            }
                        }
                        // It may spoil dL/dy where the plan gives it one to spoil.
                        if let Some(spoilt) = schedule.spoilt(step) {
                            memory.write(spoilt, vec![f64::NAN; dy.len()]);
                        }
                    }
                    if let Form::Tensor = node.operation.form {
                        let dp = self.gradients.get_mut(&node.layer).expect("a tensor");
                        dp.iter_mut().zip(&dy).for_each(|(dp, dy)| *dp += dy);
                    }
                }
            }
        }
    }

    /// A value that the backward pass reads, if it says so.
    fn kept(&self, memory: &Memory<'_>, node: &Node, value: ValueId) -> Option<Vec<f64>> {
        let Form::InPlace { keeps, .. } = &node.operation.form else { return None };
        let is = match keeps {
            crate::layers::Keeps::Nothing => false,
            crate::layers::Keeps::Input => value == node.inputs[0],
            crate::layers::Keeps::Output => value == node.output,
        };
        is.then(|| self.value(memory, value))
    }
}

fn lengths(node: &Node) -> (usize, usize) {
    let numbers = numbers(&node.kind, '<', '>');
    (numbers[0] as usize, numbers[1] as usize)
}

/// What a layer in place does to an element.
fn element(node: &Node, x: f64) -> f64 {
    match word(node) {
        "Affine" => {
            let numbers = numbers(&node.kind, '(', ')');
            numbers[0] * x + numbers[1]
        }
        _ => each(&node.kind, x),
    }
}

/// dy/dx of a layer in place, from what it keeps.
fn slope(node: &Node, x: Option<f64>, y: Option<f64>) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    match (word(node), x, y) {
        ("Affine", ..) => numbers(&node.kind, '(', ')')[0],
        ("Relu", _, Some(y)) => f64::from(u8::from(y > 0.0)),
        ("LeakyRelu", _, Some(y)) => {
            if y > 0.0 {
                1.0
            } else {
                0.2
            }
        }
        ("LeakyRelu", Some(x), _) => {
            if x > 0.0 {
                1.0
            } else {
                0.2
            }
        }
        ("Tanh", _, Some(y)) => 1.0 - y * y,
        ("Sigmoid", _, Some(y)) => y * (1.0 - y),
        ("Silu", Some(x), _) => sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))),
        ("Softplus", Some(x), _) => sigmoid(x),
        ("Softplus", _, Some(y)) => 1.0 - (-y).exp(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn steps_and_plan_compute_what_the_declaration_says() {
    let (mut checked, mut smooth) = (0, 0);
    for seed in 0..400 {
        let mut random = Random::new(40_000 + seed);
        let graph = Graph::random(false, &mut random);
        if !graph.is_whole() || graph.has_networks() {
            continue;
        }
        let text = graph.declaration("Net", "<f64>");
        let (typed, steps) = typed(&text);
        let plan = plan(&typed, &steps, &Default::default(), false);
        let mut draw =
            |count: usize| -> Vec<f64> { (0..count).map(|_| random.below(2001) as f64 / 1000.0 - 1.0).collect() };
        let parameters = draw(graph.parameters());
        let x: Vec<Vec<f64>> = graph.inputs().iter().map(|dims| draw(dims.iter().product())).collect();
        let expected = graph.output(&parameters, &x);
        let dy = draw(expected.len());
        let fill = |values: &[f64]| {
            let mut rest = values;
            let mut of = HashMap::new();
            let mut nodes: Vec<&Node> = typed.nodes.iter().filter(|node| node.operation.field.is_some()).collect();
            nodes.sort_by_key(|node| node.layer);
            nodes.dedup_by_key(|node| node.layer);
            for node in nodes {
                let count = node.operation.field.as_ref().and_then(|field| field.parameters).expect("a count");
                of.insert(node.layer, rest[..count].to_vec());
                rest = &rest[count..];
            }
            assert!(rest.is_empty(), "{text}");
            of
        };
        let mut interpreter = Interpreter {
            typed: &typed,
            steps: &steps,
            plan: &plan,
            parameters: fill(&parameters),
            gradients: fill(&vec![0.0; parameters.len()]),
        };
        let callers = |memory: &mut Memory<'_>| {
            for (at, x) in x.iter().enumerate() {
                memory.callers.insert(format!("{:?}", Storage::Input(at)), x.clone());
            }
        };
        for schedule in [&interpreter.plan.infer, &interpreter.plan.train] {
            let mut memory = Memory::new(schedule);
            callers(&mut memory);
            interpreter.forward(&mut memory);
            let y = memory.read(Storage::Output, expected.len());
            let close = y.iter().zip(&expected).all(|(y, e)| (y - e).abs() <= 1e-12 * (1.0 + e.abs()));
            assert!(close, "{text}\n{y:?}\n{expected:?}");
        }
        let mut memory = Memory::new(&plan.train);
        callers(&mut memory);
        interpreter.forward(&mut memory);
        memory.write(Storage::OutputGradient, dy.clone());
        interpreter.backward(&mut memory);
        checked += 1;

        // Along one direction in parameters and inputs together.
        let (dp, dx) = (draw(parameters.len()), x.iter().map(|x| draw(x.len())).collect::<Vec<_>>());
        let value = |h: f64| -> f64 {
            let moved = |at: &[f64], by: &[f64]| at.iter().zip(by).map(|(at, by)| at + h * by).collect::<Vec<f64>>();
            let x: Vec<Vec<f64>> = x.iter().zip(&dx).map(|(x, by)| moved(x, by)).collect();
            graph.output(&moved(&parameters, &dp), &x).iter().zip(&dy).map(|(y, dy)| y * dy).sum()
        };
        let difference = |h: f64| (value(-2.0 * h) - 8.0 * value(-h) + 8.0 * value(h) - value(2.0 * h)) / (12.0 * h);
        let (slope, finer) = (difference(1e-4), difference(5e-5));
        if (slope - finer).abs() > 1e-8 * (1.0 + slope.abs()) {
            continue; // a kink lies near
        }
        let mut layers: Vec<usize> = interpreter.gradients.keys().copied().collect();
        layers.sort_unstable();
        let gradient: Vec<f64> = layers.iter().flat_map(|layer| interpreter.gradients[layer].clone()).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let along = dot(&gradient, &dp)
            + dx.iter()
                .enumerate()
                .map(|(at, by)| dot(&memory.read(Storage::InputGradient(at), by.len()), by))
                .sum::<f64>();
        assert!((along - slope).abs() <= 1e-6 * (1.0 + slope.abs()), "{text}\n{along} {slope}");
        smooth += 1;
    }
    assert!(checked > 100 && smooth > 80, "{checked} networks, {smooth} of them smooth");
}
