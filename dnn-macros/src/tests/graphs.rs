//! Random networks that are wired by `fn forward`, as text, and what they compute, worked out once more here by plain loops,
//! so that the macro is compared with something.

use super::chains::Random;
use std::fmt::Write;

/// A value of one sample.
struct Tensor {
    /// Outermost first.
    dims: Vec<usize>,
    /// Row-major.
    values: Vec<f64>,
}

#[derive(Clone)]
enum Op {
    /// The declared layer of this number on the last dimension.
    Linear(usize),
    /// A word that works on each element.
    Each(&'static str),
    Add(usize),
    Subtract(usize),
    Multiply(usize),
    /// scale x + shift
    Affine(f64, f64),
    /// Along a dimension.
    Concat(usize, usize),
    /// Part and number of parts along a dimension.
    Split(usize, usize, usize),
    Permute(Vec<usize>),
    Mean(usize),
    Flatten,
    Detach,
    /// The declared tensor of this number.
    Parameter(usize),
    /// The declared network of this number, which may be repeated.
    Network(usize),
}

#[derive(Clone)]
enum Declared {
    Linear { inputs: usize, outputs: usize, bias: bool },
    Parameter { dims: Vec<usize> },
    Network { of: usize, count: Option<usize>, recompute: bool },
}

#[derive(Clone)]
struct Made {
    dims: Vec<usize>,
    op: Op,
    /// The value that it reads; any others are in the operation.
    from: usize,
    used: bool,
}

/// A network whose layers are wired.
#[derive(Clone)]
pub(crate) struct Graph {
    inputs: Vec<Vec<usize>>,
    output: Vec<usize>,
    declared: Vec<Declared>,
    /// Networks that it holds, which take and give one shape.
    networks: Vec<Graph>,
    /// All values; the inputs are the first ones.
    values: Vec<Made>,
}

const EACH: [&str; 6] = ["Relu", "Tanh", "Sigmoid", "Silu", "Softplus", "LeakyRelu(0.2)"];

impl Graph {
    /// A valid network of one or two inputs; with `detach` its gradients are not those of what it computes.
    pub(crate) fn random(detach: bool, random: &mut Random) -> Graph {
        let inputs = (0..1 + random.below(2)).map(|_| shape(random)).collect();
        let mut graph =
            Graph { inputs, output: Vec::new(), declared: Vec::new(), networks: Vec::new(), values: Vec::new() };
        if random.below(2) == 0 {
            let dims = shape(random);
            graph.networks.push(Graph::same(dims, random));
        }
        let (steps, outputs) = (3 + random.below(9), 1 + random.below(4));
        graph.grow(steps, detach, random);
        graph.finish(outputs, random);
        graph
    }

    /// A network that gives what it takes, to be held by another one.
    fn same(dims: Vec<usize>, random: &mut Random) -> Graph {
        let (inputs, output) = (vec![dims.clone()], dims.clone());
        let mut graph = Graph { inputs, output, declared: Vec::new(), networks: Vec::new(), values: Vec::new() };
        graph.grow(1, false, random);
        let last = graph.values.len() - 1;
        let from = if graph.values[last].dims.last() == dims.last() && graph.values[last].dims.len() == dims.len() {
            last
        } else {
            0
        };
        let layer = graph.linear(graph.values[from].dims[dims.len() - 1], dims[dims.len() - 1], random);
        let linear =
            graph.make(Op::Linear(layer), from, with_last(&graph.values[from].dims.clone(), dims[dims.len() - 1]));
        let result = if graph.values[linear].dims == dims {
            graph.make(Op::Add(0), linear, dims)
        } else {
            let layer = graph.linear(graph.values[0].dims[dims.len() - 1], dims[dims.len() - 1], random);
            graph.make(Op::Linear(layer), 0, dims)
        };
        graph.values.truncate(result + 1);
        graph.drop_unused();
        graph
    }

    fn make(&mut self, op: Op, from: usize, dims: Vec<usize>) -> usize {
        let others = match op {
            Op::Add(other) | Op::Subtract(other) | Op::Multiply(other) | Op::Concat(other, _) => Some(other),
            _ => None,
        };
        if !matches!(op, Op::Parameter(_)) {
            self.values[from].used = true;
        }
        others.into_iter().for_each(|other| self.values[other].used = true);
        self.values.push(Made { dims, op, from, used: false });
        self.values.len() - 1
    }

    fn linear(&mut self, inputs: usize, outputs: usize, random: &mut Random) -> usize {
        self.declared.push(Declared::Linear { inputs, outputs, bias: random.below(3) > 0 });
        self.declared.len() - 1
    }

    /// Adds about so many random operations.
    fn grow(&mut self, steps: usize, detach: bool, random: &mut Random) {
        for dims in self.inputs.clone() {
            self.values.push(Made { dims, op: Op::Flatten, from: 0, used: false });
        }
        for _ in 0..steps {
            let from = random.below(self.values.len());
            let dims = self.values[from].dims.clone();
            let same: Vec<usize> = (0..self.values.len()).filter(|i| self.values[*i].dims == dims).collect();
            let other = same[random.below(same.len())];
            let axis = random.below(dims.len());
            match random.below(14) {
                0 | 1 => {
                    let outputs = 1 + random.below(5);
                    let inputs = dims[dims.len() - 1];
                    // A layer that is there already is used once more where it fits.
                    let fits = |declared: &Declared| matches!(declared, Declared::Linear { inputs: own, .. } if *own == inputs);
                    let layer = match self.declared.iter().position(fits).filter(|_| random.below(2) == 0) {
                        Some(layer) => layer,
                        None => self.linear(inputs, outputs, random),
                    };
                    let Declared::Linear { outputs, .. } = self.declared[layer] else { continue };
                    self.make(Op::Linear(layer), from, with_last(&dims, outputs));
                }
                2 | 3 => drop(self.make(Op::Each(EACH[random.below(EACH.len())]), from, dims)),
                4 => drop(self.make(Op::Add(other), from, dims)),
                5 => drop(self.make(Op::Subtract(other), from, dims)),
                6 => drop(self.make(Op::Multiply(other), from, dims)),
                7 => {
                    let (scale, shift) =
                        [(2.0, 0.0), (1.0, -0.5), (-1.0, 1.0), (-1.0, 0.0), (0.25, 3.0)][random.below(5)];
                    self.make(Op::Affine(scale, shift), from, dims);
                }
                8 => {
                    let mut to = dims;
                    to[axis] *= 2;
                    self.make(Op::Concat(other, axis), from, to);
                }
                9 if dims[axis].is_multiple_of(2) => {
                    let mut to = dims;
                    to[axis] /= 2;
                    self.make(Op::Split(axis, 0, 2), from, to.clone());
                    self.make(Op::Split(axis, 1, 2), from, to);
                }
                10 if dims.len() > 1 => {
                    let order: Vec<usize> = (0..dims.len()).rev().collect();
                    let to = order.iter().map(|dim| dims[*dim]).collect();
                    self.make(Op::Permute(order), from, to);
                }
                11 if dims.len() > 1 => {
                    let mut to = dims;
                    to.remove(axis);
                    self.make(Op::Mean(axis), from, to);
                }
                12 => {
                    // A tensor that is broadcast to a value.
                    let mut own = dims[random.below(dims.len())..].to_vec();
                    let at = random.below(own.len());
                    own[at] = if random.below(2) == 0 { 1 } else { own[at] };
                    self.declared.push(Declared::Parameter { dims: own.clone() });
                    let tensor = self.make(Op::Parameter(self.declared.len() - 1), 0, own);
                    let op = [Op::Add(tensor), Op::Multiply(tensor), Op::Subtract(tensor)][random.below(3)].clone();
                    self.make(op, from, dims);
                }
                _ if detach && random.below(2) == 0 => {
                    let value = self.make(Op::Detach, from, dims.clone());
                    self.make(Op::Multiply(from), value, dims);
                }
                _ => {
                    let fits = |network: &Graph| network.inputs == [dims.clone()];
                    if let Some(of) = self.networks.iter().position(fits) {
                        let count = [None, Some(2), Some(3)][random.below(3)];
                        self.declared.push(Declared::Network { of, count, recompute: random.below(2) == 0 });
                        self.make(Op::Network(self.declared.len() - 1), from, dims);
                    }
                }
            }
        }
    }

    /// The result: every value that nothing reads, through a layer of its own, and the sum of all.
    fn finish(&mut self, outputs: usize, random: &mut Random) {
        self.output = vec![outputs];
        let mut sum = None;
        for value in 0..self.values.len() {
            if self.values[value].used {
                continue;
            }
            let elements = self.values[value].dims.iter().product();
            let flat = self.make(Op::Flatten, value, vec![elements]);
            let layer = self.linear(elements, outputs, random);
            let part = self.make(Op::Linear(layer), flat, vec![outputs]);
            sum = Some(match sum {
                None => part,
                Some(sum) => self.make(Op::Add(part), sum, vec![outputs]),
            });
        }
        self.drop_unused();
    }

    /// Leaves out what does not lead to the last value, and layers that nothing calls.
    fn drop_unused(&mut self) {
        let mut needed = vec![false; self.values.len()];
        *needed.last_mut().expect("a value") = true;
        for at in (0..self.values.len()).rev().filter(|at| *at >= self.inputs.len()) {
            if !needed[at] {
                continue;
            }
            if !matches!(self.values[at].op, Op::Parameter(_)) {
                needed[self.values[at].from] = true;
            }
            if let Op::Add(other) | Op::Subtract(other) | Op::Multiply(other) | Op::Concat(other, _) =
                self.values[at].op
            {
                needed[other] = true;
            }
        }
        for (at, needed) in needed.iter().enumerate() {
            self.values[at].used = *needed;
        }
    }

    fn is_called(&self, declared: usize) -> bool {
        self.values.iter().skip(self.inputs.len()).filter(|value| value.used).any(|value| match value.op {
            Op::Linear(own) | Op::Parameter(own) | Op::Network(own) => own == declared,
            _ => false,
        })
    }

    /// Whether all inputs lead somewhere.
    pub(crate) fn is_whole(&self) -> bool {
        self.values[..self.inputs.len()].iter().all(|value| value.used)
    }

    /// Whether it calls networks that it holds.
    pub(crate) fn has_networks(&self) -> bool {
        self.values.iter().any(|value| value.used && matches!(value.op, Op::Network(_)))
    }

    /// The shapes of its inputs.
    pub(crate) fn inputs(&self) -> &[Vec<usize>] {
        &self.inputs
    }

    /// The declarations of it and of the networks that it holds, computing in `scalar`.
    pub(crate) fn declaration(&self, name: &str, scalar: &str) -> String {
        let mut text = String::new();
        for (at, network) in self.networks.iter().enumerate().filter(|_| self.has_networks()) {
            text += &network.declaration(&format!("{name}Part{at}"), scalar);
        }
        let inputs: Vec<String> = self.inputs.iter().map(|dims| format!("{dims:?}")).collect();
        let inputs = if inputs.len() == 1 { inputs[0].clone() } else { format!("({})", inputs.join(", ")) };
        writeln!(text, "/// Random.\npub struct {name}{scalar}: {inputs} -> {:?} {{", self.output).unwrap();
        for (at, declared) in self.declared.iter().enumerate().filter(|(at, _)| self.is_called(*at)) {
            match declared {
                Declared::Linear { inputs, outputs, bias } => {
                    let bias = if *bias { "" } else { ", bias = false" };
                    writeln!(text, "    l{at}: Linear<{inputs}, {outputs}{bias}>,")
                }
                Declared::Parameter { dims } => writeln!(text, "    l{at}: Parameter<{dims:?}>(1.0),"),
                Declared::Network { of, count, recompute } => {
                    let word = format!("{name}Part{of}{}", if scalar == "<T>" { "<T>" } else { "" });
                    let word = count.map_or(word.clone(), |count| format!("[{word}; {count}]"));
                    let recompute = if *recompute { "#[recompute] " } else { "" };
                    writeln!(text, "    {recompute}l{at}: {word},")
                }
            }
            .unwrap();
        }
        let names: Vec<String> = (0..self.inputs.len()).map(|at| format!("a{at}")).collect();
        writeln!(text, "    fn forward({}) {{", names.join(", ")).unwrap();
        let last = self.values.len() - 1;
        for at in (self.inputs.len()..self.values.len()).filter(|at| self.values[*at].used) {
            let Made { op, from, .. } = &self.values[at];
            let x = self.name(*from);
            let term = match op {
                Op::Linear(layer) | Op::Network(layer) => format!("l{layer}({x})"),
                Op::Each(word) => format!("{word}({x})"),
                Op::Add(other) => format!("{x} + {}", self.name(*other)),
                Op::Subtract(other) => format!("{x} - {}", self.name(*other)),
                Op::Multiply(other) => format!("{x} * {}", self.name(*other)),
                Op::Affine(scale, shift) => match (*scale, *shift) {
                    (-1.0, 0.0) => format!("-{x}"),
                    (-1.0, shift) => format!("{shift:?} - {x}"),
                    (scale, 0.0) => format!("{scale:?} * {x}"),
                    (1.0, shift) => format!("{x} + {shift:?}"),
                    (scale, shift) => format!("{x} * {scale:?} + {shift:?}"),
                },
                Op::Concat(other, axis) => format!("Concat<axis = {axis}>({x}, {})", self.name(*other)),
                // Both parts at once, at the place of the first one that is needed.
                Op::Split(axis, part, _) => {
                    let (a, b) = if *part == 0 { (at, at + 1) } else { (at - 1, at) };
                    if *part == 1 && self.values[a].used {
                        continue;
                    }
                    let name = |at: usize| if self.values[at].used { self.name(at) } else { "_".to_owned() };
                    writeln!(text, "        let ({}, {}) = Split<axis = {axis}>({x});", name(a), name(b)).unwrap();
                    continue;
                }
                Op::Permute(order) => {
                    let order: Vec<String> = order.iter().map(usize::to_string).collect();
                    format!("Permute<{}>({x})", order.join(", "))
                }
                Op::Mean(axis) => format!("Mean<axis = {axis}>({x})"),
                Op::Flatten => format!("Flatten({x})"),
                Op::Detach => format!("detach({x})"),
                Op::Parameter(_) => continue,
            };
            match at == last {
                true => writeln!(text, "        {term}"),
                false => writeln!(text, "        let {} = {term};", self.name(at)),
            }
            .unwrap();
        }
        text + "    }\n}\n"
    }

    fn name(&self, value: usize) -> String {
        match self.values[value].op {
            _ if value < self.inputs.len() => format!("a{value}"),
            Op::Parameter(layer) => format!("l{layer}"),
            _ => format!("b{value}"),
        }
    }

    /// How many scalars its parameters are, in the order of the declaration.
    pub(crate) fn parameters(&self) -> usize {
        let of = |(_, declared): (usize, &Declared)| match declared {
            Declared::Linear { inputs, outputs, bias } => inputs * outputs + if *bias { *outputs } else { 0 },
            Declared::Parameter { dims } => dims.iter().product(),
            Declared::Network { of, count, .. } => self.networks[*of].parameters() * count.unwrap_or(1),
        };
        self.declared.iter().enumerate().filter(|(at, _)| self.is_called(*at)).map(of).sum()
    }

    /// The output of one sample, by plain loops.
    pub(crate) fn output(&self, parameters: &[f64], inputs: &[Vec<f64>]) -> Vec<f64> {
        let (mut starts, mut start) = (vec![0; self.declared.len()], 0);
        for (at, declared) in self.declared.iter().enumerate().filter(|(at, _)| self.is_called(*at)) {
            starts[at] = start;
            start += match declared {
                Declared::Linear { inputs, outputs, bias } => inputs * outputs + if *bias { *outputs } else { 0 },
                Declared::Parameter { dims } => dims.iter().product(),
                Declared::Network { of, count, .. } => self.networks[*of].parameters() * count.unwrap_or(1),
            };
        }
        let mut values: Vec<Tensor> = Vec::new();
        for (at, made) in self.values.iter().enumerate() {
            let values_of = if at < self.inputs.len() {
                inputs[at].clone()
            } else if !made.used {
                vec![0.0; made.dims.iter().product()]
            } else {
                self.apply(made, &values, parameters, &starts)
            };
            values.push(Tensor { dims: made.dims.clone(), values: values_of });
        }
        values.pop().expect("a value").values
    }

    fn apply(&self, made: &Made, values: &[Tensor], parameters: &[f64], starts: &[usize]) -> Vec<f64> {
        let x = &values[made.from];
        let other = |other: usize, op: fn(f64, f64) -> f64| -> Vec<f64> {
            let y = &values[other];
            let pairs =
                x.values.iter().enumerate().map(|(at, x_at)| op(*x_at, y.values[meeting(&x.dims, &y.dims, at)]));
            pairs.collect()
        };
        match &made.op {
            Op::Linear(layer) => {
                let Declared::Linear { inputs, outputs, bias } = self.declared[*layer] else { unreachable!() };
                let weight = &parameters[starts[*layer]..];
                let row = |row: &[f64]| -> Vec<f64> {
                    let of = |o: usize| {
                        let start = if bias { weight[inputs * outputs + o] } else { 0.0 };
                        start + (0..inputs).map(|i| weight[o * inputs + i] * row[i]).sum::<f64>()
                    };
                    (0..outputs).map(of).collect()
                };
                x.values.chunks(inputs).flat_map(row).collect()
            }
            Op::Each(word) => x.values.iter().map(|x| each(word, *x)).collect(),
            Op::Add(b) => other(*b, |a, b| a + b),
            Op::Subtract(b) => other(*b, |a, b| a - b),
            Op::Multiply(b) => other(*b, |a, b| a * b),
            Op::Affine(scale, shift) => x.values.iter().map(|x| scale * x + shift).collect(),
            Op::Concat(b, axis) => {
                let row: usize = x.dims[*axis..].iter().product();
                let rows = x.values.chunks(row).zip(values[*b].values.chunks(row));
                rows.flat_map(|(a, b)| [a, b].concat()).collect()
            }
            Op::Split(axis, part, parts) => {
                let row: usize = x.dims[*axis..].iter().product();
                let own = row / parts;
                x.values.chunks(row).flat_map(|row| row[part * own..(part + 1) * own].to_vec()).collect()
            }
            Op::Permute(_) => {
                // The dimensions are in the opposite order.
                let mut y = vec![0.0; x.values.len()];
                for (at, value) in x.values.iter().enumerate() {
                    let (mut rest, mut place) = (at, 0);
                    let mut index = Vec::new();
                    for n in x.dims.iter().rev() {
                        index.push(rest % n);
                        rest /= n;
                    }
                    for (i, n) in index.iter().zip(&made.dims) {
                        place = place * n + i;
                    }
                    y[place] = *value;
                }
                y
            }
            Op::Mean(axis) => {
                let (n, inner) = (x.dims[*axis], x.dims[axis + 1..].iter().product::<usize>());
                let block = |block: &[f64]| -> Vec<f64> {
                    (0..inner).map(|i| (0..n).map(|a| block[a * inner + i]).sum::<f64>() / n as f64).collect()
                };
                x.values.chunks(n * inner).flat_map(block).collect()
            }
            Op::Flatten | Op::Detach => x.values.clone(),
            Op::Parameter(layer) => parameters[starts[*layer]..][..made.dims.iter().product()].to_vec(),
            Op::Network(layer) => {
                let Declared::Network { of, count, .. } = self.declared[*layer] else { unreachable!() };
                let network = &self.networks[of];
                (0..count.unwrap_or(1)).fold(x.values.clone(), |x, number| {
                    network.output(&parameters[starts[*layer] + number * network.parameters()..], &[x])
                })
            }
        }
    }
}

fn shape(random: &mut Random) -> Vec<usize> {
    (0..1 + random.below(2)).map(|_| 1 + random.below(4)).collect()
}

fn with_last(dims: &[usize], last: usize) -> Vec<usize> {
    [&dims[..dims.len() - 1], &[last]].concat()
}

/// The element of a broadcast tensor that meets element `at` of a larger one.
pub(crate) fn meeting(dims: &[usize], own: &[usize], at: usize) -> usize {
    let (mut rest, mut place, mut stride) = (at, 0, 1);
    for (i, n) in dims.iter().rev().enumerate() {
        if let Some(own) = own.iter().rev().nth(i) {
            place += if *own == 1 { 0 } else { rest % n * stride };
            stride *= own;
        }
        rest /= n;
    }
    place
}

/// What a word does to an element.
pub(crate) fn each(word: &str, x: f64) -> f64 {
    match word {
        "Relu" => x.max(0.0),
        "Tanh" => x.tanh(),
        "Sigmoid" => 1.0 / (1.0 + (-x).exp()),
        "Silu" => x / (1.0 + (-x).exp()),
        "Softplus" => x.exp().ln_1p(),
        "LeakyRelu(0.2)" => x.max(0.2 * x),
        _ => unreachable!("{word}"),
    }
}
