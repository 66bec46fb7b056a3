//! Random differentiable functions as text, and what they compute, by plain loops written once more here.

use super::chains::Random;
use super::plain::{self, Moves, broadcast};
use std::fmt::Write;

#[path = "values.rs"]
mod values;

/// A tensor: its lengths, and its numbers in a row.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) dims: Vec<usize>,
    pub(crate) numbers: Vec<f64>,
}

/// What makes a value. Operands are values by their number.
#[derive(Clone, Debug)]
enum Op {
    Argument,
    /// An operator with broadcasting; division is by a square plus a number.
    Binary(char, usize, usize),
    /// A function of each element.
    Each(&'static str, usize),
    /// With a number.
    Scaled(char, usize, f64),
    /// The larger or the smaller one.
    Extreme(bool, usize, usize),
    /// The first where a third is positive, else the second.
    Where(usize, usize, usize),
    /// Of all, or along an axis, which is kept or not.
    Reduce(&'static str, usize, Option<usize>, bool),
    /// Along an axis.
    Along(&'static str, usize, usize),
    Matmul(usize, usize),
    Outer(usize, usize),
    Transpose(usize),
    Linear(usize, usize),
    /// From, to, along.
    Slice(usize, usize, usize, usize),
    Index(usize, usize),
    Concat(usize, usize, usize),
    Stack(usize, usize, usize),
    Permute(usize, Vec<usize>),
    /// The lower or the upper triangle, by a diagonal.
    Triangle(bool, usize, i64),
    Convolution(usize, usize, Moves),
    Loss(&'static str, usize, usize),
    /// Of a class.
    Class(&'static str, usize, usize),
    /// One of two ways, by the mean of a third; as a value or as a statement.
    Branch(bool, usize, usize, usize),
    /// Another function, of two values.
    Call(usize, usize),
    /// Three rounds, of which the second one is another.
    Rounds(usize, usize),
    Reshape(usize),
    Flatten(usize),
    Expand(usize),
    Detach(usize),
    /// The sum of tanh of each part, times its number plus one, added up in a loop.
    Loop(usize),
}

struct Made {
    op: Op,
    dims: Vec<usize>,
}

/// A function of tensors, whose result is a number.
pub(crate) struct Formula {
    values: Vec<Made>,
    arguments: usize,
}

const EACH: [&str; 14] = [
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "exp",
    "square",
    "softplus",
    "silu",
    "relu",
    "root",
    "log",
    "elu",
    "leaky_relu",
    "rsqrt",
];

const LOSSES: [&str; 6] =
    ["mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "binary_cross_entropy_with_logits", "kl_div"];

impl Formula {
    /// Some arguments, some operations, and the sum of what nothing reads.
    pub(crate) fn random(random: &mut Random) -> Formula {
        let mut formula = Formula { values: Vec::new(), arguments: 1 + random.below(3) };
        for _ in 0..formula.arguments {
            let dims = (0..random.below(4)).map(|_| 1 + random.below(3)).collect();
            formula.values.push(Made { op: Op::Argument, dims });
        }
        for _ in 0..2 + random.below(12) {
            formula.grow(random);
        }
        let mut read = vec![false; formula.values.len()];
        formula.values.iter().for_each(|made| operands(&made.op).iter().for_each(|at| read[*at] = true));
        let ends: Vec<usize> = (0..read.len()).filter(|at| !read[*at]).collect();
        let mut sum = None;
        for end in ends {
            let bounded = formula.make(Op::Each("tanh", end), formula.values[end].dims.clone());
            let one = formula.make(Op::Reduce("mean", bounded, None, false), Vec::new());
            sum = Some(match sum {
                None => one,
                Some(sum) => formula.make(Op::Binary('+', sum, one), Vec::new()),
            });
        }
        formula
    }

    fn make(&mut self, op: Op, dims: Vec<usize>) -> usize {
        self.values.push(Made { op, dims });
        self.values.len() - 1
    }

    /// One more operation, where what is drawn fits.
    fn grow(&mut self, random: &mut Random) {
        let a = random.below(self.values.len());
        let b = random.below(self.values.len());
        let (x, y) = (self.values[a].dims.clone(), self.values[b].dims.clone());
        let axis = random.below(x.len().max(1));
        let common = broadcast(&x, &y).filter(|dims| dims.iter().product::<usize>() <= 60);
        match (random.below(32), common) {
            (0..=4, Some(dims)) => {
                let sign = ['+', '-', '*', '*', '/'][random.below(5)];
                self.make(Op::Binary(sign, a, b), dims);
            }
            (5..=7, _) => _ = self.make(Op::Each(EACH[random.below(EACH.len())], a), x),
            (8, _) => {
                let sign = ['+', '-', '*', '/', 'r', 'n'][random.below(6)];
                self.make(Op::Scaled(sign, a, [0.5, 2.0, -1.5, 3.0][random.below(4)]), x);
            }
            (9, Some(dims)) => _ = self.make(Op::Extreme(random.below(2) == 0, a, b), dims),
            (10, Some(dims)) => {
                let c = random.below(self.values.len());
                if let Some(dims) = broadcast(&dims, &self.values[c].dims).filter(|own| *own == dims) {
                    self.make(Op::Where(a, b, c), dims);
                }
            }
            (11 | 12, _) => {
                let word =
                    ["sum", "mean", "variance", "logsumexp", "max", "min", "std", "norm", "prod"][random.below(9)];
                let whole = x.is_empty() || random.below(3) == 0;
                let keeps = random.below(3) == 0;
                let count = if whole { x.iter().product() } else { x[axis] };
                if (word == "variance" || word == "std") && count < 2 {
                    return;
                }
                let mut dims = x.clone();
                match (whole, keeps) {
                    (true, true) => dims = vec![1; x.len()],
                    (true, false) => dims.clear(),
                    (false, true) => dims[axis] = 1,
                    (false, false) => drop(dims.remove(axis)),
                }
                self.make(Op::Reduce(word, a, (!whole).then_some(axis), keeps), dims);
            }
            (13, _) if !x.is_empty() => {
                _ = self.make(Op::Along(["softmax", "log_softmax", "cumsum"][random.below(3)], a, axis), x);
            }
            (14, _) => match (&x[..], &y[..]) {
                ([n], [m]) if n != m || random.below(2) == 0 => _ = self.make(Op::Outer(a, b), vec![*n, *m]),
                (a_dims, b_dims) if random.below(4) > 0 && plain::product(a_dims, b_dims).is_some() => {
                    let dims = plain::product(a_dims, b_dims).expect("a product");
                    if dims.iter().product::<usize>() <= 60 {
                        self.make(Op::Matmul(a, b), dims);
                    }
                }
                ([.., n], [outputs, m]) if n == m => {
                    let dims = [&x[..x.len() - 1], &[*outputs]].concat();
                    self.make(Op::Linear(a, b), dims);
                }
                _ => {}
            },
            (15, _) if x.len() >= 2 => {
                let mut dims = x.clone();
                dims.swap(x.len() - 1, x.len() - 2);
                self.make(Op::Transpose(a), dims);
            }
            (16, _) if !x.is_empty() => {
                let start = random.below(x[axis]);
                let end = start + 1 + random.below(x[axis] - start);
                let mut dims = x;
                dims[axis] = end - start;
                self.make(Op::Slice(a, start, end, axis), dims);
            }
            (17, _) if !x.is_empty() => _ = self.make(Op::Index(a, random.below(x[0])), x[1..].to_vec()),
            (18, _) if x == y => match (random.below(2), x.is_empty()) {
                (0, false) => {
                    let mut dims = x;
                    dims[axis] *= 2;
                    self.make(Op::Concat(a, b, axis), dims);
                }
                _ if x.len() < 3 => {
                    let (axis, mut dims) = (random.below(x.len() + 1), x);
                    dims.insert(axis, 2);
                    self.make(Op::Stack(a, b, axis), dims);
                }
                _ => {}
            },
            (19, _) if !x.is_empty() => match random.below(3) {
                0 => _ = self.make(Op::Flatten(a), vec![x.iter().product()]),
                1 => _ = self.make(Op::Reshape(a), x.iter().rev().copied().collect()),
                _ if x.len() < 3 => _ = self.make(Op::Expand(a), [&[2], &x[..]].concat()),
                _ => {}
            },
            (20, _) => {
                let value = self.make(Op::Detach(a), x.clone());
                self.make(Op::Binary('*', value, a), x);
            }
            (21, _) if !x.is_empty() => _ = self.make(Op::Loop(a), x[1..].to_vec()),
            (22, _) if x.len() >= 2 => {
                let mut order: Vec<usize> = (0..x.len()).collect();
                order.rotate_left(random.below(x.len()));
                order.swap(0, axis);
                let dims = order.iter().map(|axis| x[*axis]).collect();
                self.make(Op::Permute(a, order), dims);
            }
            (23, _) if x.len() >= 2 => {
                self.make(Op::Triangle(random.below(2) == 0, a, random.below(3) as i64 - 1), x);
            }
            (24 | 25, _) => {
                // A weight that fits, where there is one.
                let [stride, padding, dilation] = [1 + random.below(2), random.below(2), 1 + random.below(2)];
                let moves = [stride, padding, dilation];
                let fitting =
                    (0..self.values.len()).find_map(|w| Some((w, convolution(&x, &self.values[w].dims, moves)?)));
                if let Some((weight, dims)) = fitting.filter(|(_, dims)| dims.iter().product::<usize>() <= 60) {
                    self.make(Op::Convolution(a, weight, moves), dims);
                }
            }
            (26, _) if x == y && random.below(3) > 0 => {
                self.make(Op::Loss(LOSSES[random.below(LOSSES.len())], a, b), Vec::new());
            }
            (26, _) if x == y && x.len() == 1 => _ = self.make(Op::Loss("cross_entropy", a, b), Vec::new()),
            (26, _) if x.len() == 1 => {
                let word = ["cross_entropy", "nll_loss"][random.below(2)];
                self.make(Op::Class(word, a, random.below(x[0])), Vec::new());
            }
            (27 | 28, _) => {
                let c = random.below(self.values.len());
                self.make(Op::Branch(random.below(2) == 0, a, b, c), x);
            }
            (29 | 30, _) => _ = self.make(Op::Call(a, b), x),
            (31, _) => _ = self.make(Op::Rounds(a, b), x),
            _ => {}
        }
    }

    /// Whether it calls what has a tangent that the interpreter does not run: another function, or a loss.
    pub(crate) fn calls(&self) -> bool {
        self.values.iter().any(|made| matches!(made.op, Op::Call(..) | Op::Loss(..) | Op::Class(..)))
    }

    /// Whether a gradient is stopped somewhere.
    pub(crate) fn detaches(&self) -> bool {
        self.values.iter().any(|made| matches!(made.op, Op::Detach(_)))
    }

    /// Random numbers for the arguments.
    pub(crate) fn draw(&self, random: &mut Random) -> Vec<Vec<f64>> {
        let mut numbers =
            |count: usize| -> Vec<f64> { (0..count).map(|_| random.below(3001) as f64 / 1000.0 - 1.5).collect() };
        self.arguments().iter().map(|dims| numbers(dims.iter().product())).collect()
    }

    /// The lengths of the arguments.
    pub(crate) fn arguments(&self) -> Vec<Vec<usize>> {
        self.values[..self.arguments].iter().map(|made| made.dims.clone()).collect()
    }

    /// The function as text, by a name and a scalar.
    pub(crate) fn text(&self, name: &str, scalar: &str) -> String {
        self.written(name, scalar, false)
    }

    /// As [`text`](Formula::text), over aliases of types and the results of other functions as they are: shapes that rustc alone
    /// knows. Where something has to be known to the macro, its type is written out.
    pub(crate) fn opaque(&self, name: &str) -> String {
        self.written(name, "f64", true)
    }

    /// The functions that it calls, and the types that it takes.
    pub(crate) fn declarations(&self, name: &str, scalar: &str) -> String {
        let mut text = String::new();
        for (at, dims) in self.arguments().iter().enumerate().filter(|_| scalar == "f64") {
            writeln!(text, "#[allow(dead_code)]\ntype {} = {};", alias(name, at), array(dims, scalar)).unwrap();
        }
        let bound = if scalar == "T" { "<T: Scalar>" } else { "" };
        for (at, Made { op, dims }) in self.values.iter().enumerate() {
            let Op::Call(_, b) = op else { continue };
            let [a, b] = [dims, &self.values[*b].dims].map(|dims| array(dims, scalar));
            let result = &a;
            writeln!(
                text,
                "#[differentiable]\nfn {name}_{at}{bound}(a: &{a}, b: &{b}) -> {result} {{ sin(a) * mean(b) }}"
            )
            .unwrap();
        }
        text
    }

    fn written(&self, name: &str, scalar: &str, opaque: bool) -> String {
        let mut argument = |(at, dims): (usize, &Vec<usize>)| match opaque {
            true => format!("v{at}: &{}", alias(name, at)),
            false => format!("v{at}: &{}", array(dims, scalar)),
        };
        let arguments: Vec<String> = self.arguments().iter().enumerate().map(&mut argument).collect();
        let bound = if scalar == "T" { "<T: Scalar>" } else { "" };
        let mut text = format!("fn {name}{bound}({}) -> {scalar} {{\n", arguments.join(", "));
        for (at, Made { op, dims }) in self.values.iter().enumerate().skip(self.arguments) {
            if opaque && op.takes_known() {
                for operand in operands(op) {
                    let ty = array(&self.values[operand].dims, scalar);
                    writeln!(text, "    let v{operand}: {ty} = v{operand};").unwrap();
                }
            }
            let ty = if matches!(op, Op::Call(..)) && !opaque {
                format!(": {}", array(dims, scalar))
            } else {
                String::new()
            };
            match self.term(name, at) {
                Some(term) => writeln!(text, "    let v{at}{ty} = {term};").unwrap(),
                None => text += &self.statements(at),
            }
        }
        writeln!(text, "    v{}\n}}", self.values.len() - 1).unwrap();
        text
    }

    /// What a value is, where that is an expression.
    fn term(&self, name: &str, at: usize) -> Option<String> {
        let Made { op, dims } = &self.values[at];
        Some(match op {
            Op::Argument | Op::Loop(_) | Op::Rounds(..) | Op::Branch(false, ..) => return None,
            Op::Binary('/', a, b) => format!("v{a} / (v{b} * v{b} + 1.5)"),
            Op::Binary(sign, a, b) => format!("v{a} {sign} v{b}"),
            Op::Each("root", a) => format!("sqrt(v{a} * v{a} + 1.0)"),
            Op::Each("log", a) => format!("ln(square(v{a}) + 0.5)"),
            Op::Each("exp", a) => format!("exp(sin(v{a}))"),
            Op::Each("elu", a) => format!("elu(v{a}, alpha = 0.5)"),
            Op::Each("rsqrt", a) => format!("rsqrt(square(v{a}) + 0.5)"),
            Op::Each(word, a) => format!("{word}(v{a})"),
            Op::Scaled('r', a, factor) => format!("{factor:?} - v{a}"),
            Op::Scaled('n', a, factor) => format!("-v{a} * {factor:?}"),
            Op::Scaled(sign, a, factor) => format!("v{a} {sign} {factor:?}"),
            Op::Extreme(largest, a, b) => format!("{}(v{a}, v{b})", if *largest { "maximum" } else { "minimum" }),
            Op::Where(a, b, c) => format!("where_(v{c} > 0.25, v{a}, v{b})"),
            Op::Reduce(word, a, axis, keeps) => {
                let axis = axis.map_or(String::new(), |axis| format!(", axis = {axis}"));
                format!("{word}(v{a}{axis}{})", if *keeps { ", keepdim = true" } else { "" })
            }
            Op::Along(word, a, axis) => format!("{word}(v{a}, axis = {axis})"),
            Op::Matmul(a, b) => format!("matmul(v{a}, v{b})"),
            Op::Outer(a, b) => format!("outer(v{a}, v{b})"),
            Op::Transpose(a) => format!("transpose(v{a})"),
            Op::Linear(a, b) => format!("linear(v{a}, v{b})"),
            Op::Slice(a, start, end, 0) => format!("v{a}[{start}..{end}]"),
            Op::Slice(a, start, end, axis) => format!("slice(v{a}, {start}..{end}, axis = {axis})"),
            Op::Index(a, at) => format!("v{a}[{at}]"),
            Op::Concat(a, b, axis) => format!("concat(v{a}, v{b}, axis = {axis})"),
            Op::Stack(a, b, 0) => format!("[v{a}, v{b}]"),
            Op::Stack(a, b, axis) => format!("stack(v{a}, v{b}, axis = {axis})"),
            Op::Permute(a, order) => format!("permute(v{a}, {order:?})"),
            Op::Triangle(lower, a, diagonal) => {
                format!("{}(v{a}, diagonal = {diagonal})", if *lower { "tril" } else { "triu" })
            }
            Op::Convolution(a, w, [stride, padding, dilation]) => {
                let moves = format!("stride = {stride}, padding = {padding}, dilation = {dilation}");
                match &self.values[*w].dims[..] {
                    _ if dims.len() == 2 => format!("conv1d(v{a}, v{w}, {moves})"),
                    [c, h, l] => format!("conv2d(v{a}, reshape(v{w}, [1, {c}, {h}, {l}]), {moves})"),
                    _ => unreachable!("a weight"),
                }
            }
            Op::Loss(word @ "huber_loss", a, b) => format!("{word}(v{a}, v{b}, delta = 0.5)"),
            Op::Loss(word @ "smooth_l1_loss", a, b) => format!("{word}(v{a}, v{b}, beta = 0.5)"),
            Op::Loss(word @ "kl_div", a, b) => format!("{word}(v{a}, v{b}, log_target = true)"),
            Op::Loss(word, a, b) => format!("{word}(v{a}, v{b})"),
            Op::Class(word, a, class) => format!("{word}(v{a}, {class})"),
            Op::Branch(true, a, b, c) => format!(
                "if mean(detach(v{c})) > 0.1 {{\n        let w = tanh(mean(v{b}));\n        v{a} + v{a} * w\n    }} else {{\n        sin(v{a})\n    }}"
            ),
            Op::Call(a, b) => format!("{name}_{at}(v{a}, v{b})"),
            Op::Reshape(a) => format!("reshape(v{a}, {dims:?})"),
            Op::Flatten(a) => format!("flatten(v{a})"),
            Op::Expand(a) => format!("expand(v{a}, {dims:?})"),
            Op::Detach(a) => format!("detach(v{a})"),
        })
    }

    /// What makes a value in several statements.
    fn statements(&self, at: usize) -> String {
        match &self.values[at].op {
            Op::Loop(a) => {
                let count = self.values[*a].dims[0];
                format!(
                    "    let mut v{at} = tanh(v{a}[0]);\n    for i in 1..{count} {{\n        v{at} += tanh(v{a}[i]) * v{at};\n    }}\n"
                )
            }
            Op::Branch(_, a, b, c) => format!(
                "    let mut v{at} = sin(v{a});\n    if mean(detach(v{c})) > 0.1 {{\n        let w = tanh(mean(v{b}));\n        v{at} = v{a} + v{a} * w;\n    }}\n"
            ),
            Op::Rounds(a, b) => format!(
                "    let mut v{at} = v{a} * 1.0;\n    for i in 0..3 {{\n        if i == 1 {{\n            v{at} += mean(v{b});\n        }} else {{\n            v{at} = tanh(v{at}) * 0.5;\n        }}\n    }}\n"
            ),
            _ => unreachable!("an expression"),
        }
    }

    /// All values for these arguments; what is detached is what it is in `fixed`, where that is given. None where a number
    /// lies too near to a kink for differences to tell the slope.
    pub(crate) fn values(&self, arguments: &[Vec<f64>], fixed: Option<&[Tensor]>) -> Option<Vec<Tensor>> {
        let mut values: Vec<Tensor> = Vec::new();
        for (at, Made { op, dims }) in self.values.iter().enumerate() {
            let numbers = match (op, fixed) {
                (Op::Argument, _) => arguments[at].clone(),
                (Op::Detach(_), Some(fixed)) => fixed[at].numbers.clone(),
                _ => values::apply(op, dims, &values)?,
            };
            if numbers.iter().any(|number| !number.is_finite() || number.abs() > 1e4) {
                return None;
            }
            values.push(Tensor { dims: dims.clone(), numbers });
        }
        Some(values)
    }

    /// The derivatives by every number of every argument: central differences of the fourth order.
    pub(crate) fn differences(&self, arguments: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
        let fixed = self.values(arguments, None)?;
        let value = |argument: usize, at: usize, step: f64| -> Option<f64> {
            let mut moved = arguments.to_vec();
            moved[argument][at] += step;
            Some(self.values(&moved, Some(&fixed))?.last()?.numbers[0])
        };
        let h = 2e-4;
        let slope = |argument: usize, at: usize| -> Option<f64> {
            let near = value(argument, at, h)? - value(argument, at, -h)?;
            let far = value(argument, at, 2.0 * h)? - value(argument, at, -2.0 * h)?;
            Some((8.0 * near - far) / (12.0 * h))
        };
        let of = |argument: usize| (0..arguments[argument].len()).map(|at| slope(argument, at)).collect();
        (0..arguments.len()).map(of).collect()
    }
}

/// A tensor as a literal of nested arrays.
pub(crate) fn literal(dims: &[usize], numbers: &[f64]) -> String {
    let [_, rest @ ..] = dims else { return format!("{:?}", numbers[0]) };
    let parts: Vec<String> = numbers.chunks(rest.iter().product()).map(|part| literal(rest, part)).collect();
    format!("[{}]", parts.join(", "))
}

/// The type of an argument by another name.
fn alias(name: &str, at: usize) -> String {
    format!("{}{}X{at}", name[..1].to_uppercase(), &name[1..])
}

fn array(dims: &[usize], scalar: &str) -> String {
    dims.iter().rev().fold(scalar.to_owned(), |inner, n| format!("[{inner}; {n}]"))
}

/// The shape of a convolution: of `[C, L]` by `[O, C, K]`, of `[C, H, W]` by `[C, H, W]`, which is one output.
fn convolution(x: &[usize], w: &[usize], moves: Moves) -> Option<Vec<usize>> {
    match (x, w) {
        ([c, n], [o, own, k]) if c == own => Some(vec![*o, plain::windows(*n, *k, moves)?]),
        ([c, h, n], [own, kh, k]) if c == own => {
            Some(vec![1, plain::windows(*h, *kh, moves)?, plain::windows(*n, *k, moves)?])
        }
        _ => None,
    }
}

impl Op {
    /// Whether the macro has to know the shapes of its operands.
    fn takes_known(&self) -> bool {
        matches!(self, Op::Reduce(.., true) | Op::Stack(..) | Op::Branch(..) | Op::Loop(_) | Op::Rounds(..))
    }
}

fn operands(op: &Op) -> Vec<usize> {
    match *op {
        Op::Argument => Vec::new(),
        Op::Where(a, b, c) | Op::Branch(_, a, b, c) => vec![a, b, c],
        Op::Binary(_, a, b) | Op::Extreme(_, a, b) | Op::Matmul(a, b) | Op::Outer(a, b) => vec![a, b],
        Op::Linear(a, b) | Op::Concat(a, b, _) | Op::Stack(a, b, _) | Op::Convolution(a, b, _) => vec![a, b],
        Op::Loss(_, a, b) | Op::Call(a, b) | Op::Rounds(a, b) => vec![a, b],
        Op::Each(_, a) | Op::Scaled(_, a, _) | Op::Reduce(_, a, ..) | Op::Along(_, a, _) | Op::Transpose(a) => vec![a],
        Op::Slice(a, ..) | Op::Index(a, _) | Op::Reshape(a) | Op::Flatten(a) | Op::Expand(a) => vec![a],
        Op::Permute(a, _) | Op::Triangle(_, a, _) | Op::Class(_, a, _) | Op::Detach(a) | Op::Loop(a) => vec![a],
    }
}
