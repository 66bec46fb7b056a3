//! Random differentiable functions as text, and what they compute, by plain loops written once more here.

use super::chains::Random;
use super::graphs::meeting;
use std::fmt::Write;

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
    Stack(usize, usize),
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

const EACH: [&str; 11] = ["sin", "cos", "tanh", "sigmoid", "exp", "square", "softplus", "silu", "relu", "root", "log"];

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
        match (random.below(22), common) {
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
                let word = ["sum", "mean", "variance", "logsumexp", "max", "min"][random.below(6)];
                let whole = x.is_empty() || random.below(3) == 0;
                let keeps = random.below(3) == 0;
                let count = if whole { x.iter().product() } else { x[axis] };
                if word == "variance" && count < 2 {
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
                _ = self.make(Op::Along(["softmax", "log_softmax"][random.below(2)], a, axis), x);
            }
            (14, _) => match (&x[..], &y[..]) {
                ([n], [m]) if n != m || random.below(2) == 0 => _ = self.make(Op::Outer(a, b), vec![*n, *m]),
                ([n], [m]) if n == m => _ = self.make(Op::Matmul(a, b), Vec::new()),
                ([rows, n], [m]) if n == m => _ = self.make(Op::Matmul(a, b), vec![*rows]),
                ([n], [m, columns]) if n == m => _ = self.make(Op::Matmul(a, b), vec![*columns]),
                ([rows, n], [m, columns]) if n == m => _ = self.make(Op::Matmul(a, b), vec![*rows, *columns]),
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
                _ if x.len() < 3 => _ = self.make(Op::Stack(a, b), [&[2], &x[..]].concat()),
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
            _ => {}
        }
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
        let ty = |dims: &[usize]| dims.iter().rev().fold(scalar.to_owned(), |inner, n| format!("[{inner}; {n}]"));
        let arguments: Vec<String> =
            self.arguments().iter().enumerate().map(|(at, dims)| format!("v{at}: &{}", ty(dims))).collect();
        let bound = if scalar == "T" { "<T: Scalar>" } else { "" };
        let mut text = format!("fn {name}{bound}({}) -> {scalar} {{\n", arguments.join(", "));
        for (at, Made { op, dims }) in self.values.iter().enumerate().skip(self.arguments) {
            let term = match op {
                Op::Argument => continue,
                Op::Binary('/', a, b) => format!("v{a} / (v{b} * v{b} + 1.5)"),
                Op::Binary(sign, a, b) => format!("v{a} {sign} v{b}"),
                Op::Each("root", a) => format!("sqrt(v{a} * v{a} + 1.0)"),
                Op::Each("log", a) => format!("ln(square(v{a}) + 0.5)"),
                Op::Each("exp", a) => format!("exp(sin(v{a}))"),
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
                Op::Stack(a, b) => format!("[v{a}, v{b}]"),
                Op::Reshape(a) => format!("reshape(v{a}, {dims:?})"),
                Op::Flatten(a) => format!("flatten(v{a})"),
                Op::Expand(a) => format!("expand(v{a}, {dims:?})"),
                Op::Detach(a) => format!("detach(v{a})"),
                Op::Loop(a) => {
                    let count = self.values[*a].dims[0];
                    writeln!(text, "    let mut v{at} = tanh(v{a}[0]);").unwrap();
                    writeln!(text, "    for i in 1..{count} {{\n        v{at} += tanh(v{a}[i]) * v{at};\n    }}")
                        .unwrap();
                    continue;
                }
            };
            writeln!(text, "    let v{at} = {term};").unwrap();
        }
        writeln!(text, "    v{}\n}}", self.values.len() - 1).unwrap();
        text
    }

    /// All values for these arguments; what is detached is what it is in `fixed`, where that is given. None where a number
    /// lies too near to a kink for differences to tell the slope.
    pub(crate) fn values(&self, arguments: &[Vec<f64>], fixed: Option<&[Tensor]>) -> Option<Vec<Tensor>> {
        let mut values: Vec<Tensor> = Vec::new();
        for (at, Made { op, dims }) in self.values.iter().enumerate() {
            let numbers = match (op, fixed) {
                (Op::Argument, _) => arguments[at].clone(),
                (Op::Detach(_), Some(fixed)) => fixed[at].numbers.clone(),
                _ => apply(op, dims, &values)?,
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

fn operands(op: &Op) -> Vec<usize> {
    match *op {
        Op::Argument => Vec::new(),
        Op::Where(a, b, c) => vec![a, b, c],
        Op::Binary(_, a, b) | Op::Extreme(_, a, b) | Op::Matmul(a, b) | Op::Outer(a, b) => vec![a, b],
        Op::Linear(a, b) | Op::Concat(a, b, _) | Op::Stack(a, b) => vec![a, b],
        Op::Each(_, a) | Op::Scaled(_, a, _) | Op::Reduce(_, a, ..) | Op::Along(_, a, _) | Op::Transpose(a) => vec![a],
        Op::Slice(a, ..) | Op::Index(a, _) | Op::Reshape(a) | Op::Flatten(a) | Op::Expand(a) => vec![a],
        Op::Detach(a) | Op::Loop(a) => vec![a],
    }
}

/// The shape in which two values meet.
fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let at = |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
    (0..rank)
        .map(|i| match (at(a, i), at(b, i)) {
            (a, b) if a == b || b == 1 => Some(a),
            (1, b) => Some(b),
            _ => None,
        })
        .collect()
}

/// A kink is this near to nothing.
const KINK: f64 = 5e-3;

fn each(word: &str, x: f64) -> Option<f64> {
    Some(match word {
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tanh" => x.tanh(),
        "sigmoid" => 1.0 / (1.0 + (-x).exp()),
        "exp" => x.sin().exp(),
        "square" => x * x,
        "softplus" => x.exp().ln_1p(),
        "silu" => x / (1.0 + (-x).exp()),
        "relu" if x.abs() < KINK => return None,
        "relu" => x.max(0.0),
        "root" => (x * x + 1.0).sqrt(),
        "log" => (x * x + 0.5).ln(),
        _ => unreachable!("{word}"),
    })
}

/// Blocks, the length of an axis and what lies behind it.
fn along(dims: &[usize], axis: Option<usize>) -> (usize, usize, usize) {
    match axis {
        None => (1, dims.iter().product(), 1),
        Some(axis) => (dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product()),
    }
}

/// The lines of a tensor along an axis.
fn lines(x: &Tensor, axis: Option<usize>) -> Vec<Vec<f64>> {
    let (blocks, length, row) = along(&x.dims, axis);
    let line = |block: usize, at: usize| (0..length).map(|k| x.numbers[(block * length + k) * row + at]).collect();
    (0..blocks).flat_map(|block| (0..row).map(move |at| (block, at))).map(|(block, at)| line(block, at)).collect()
}

fn apply(op: &Op, dims: &[usize], values: &[Tensor]) -> Option<Vec<f64>> {
    let count: usize = dims.iter().product();
    let meets = |value: usize, at: usize| {
        let own = &values[value];
        own.numbers[if own.dims == dims { at } else { meeting(dims, &own.dims, at) }]
    };
    Some(match op {
        Op::Argument => unreachable!("arguments are given"),
        Op::Binary(sign, a, b) => {
            let of = |at: usize| {
                let (a, b) = (meets(*a, at), meets(*b, at));
                match sign {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    _ => a / (b * b + 1.5),
                }
            };
            (0..count).map(of).collect()
        }
        Op::Each(word, a) => return values[*a].numbers.iter().map(|x| each(word, *x)).collect(),
        Op::Scaled(sign, a, factor) => {
            let of = |x: &f64| match sign {
                '+' => x + factor,
                '-' => x - factor,
                '*' => x * factor,
                '/' => x / factor,
                'r' => factor - x,
                _ => -x * factor,
            };
            values[*a].numbers.iter().map(of).collect()
        }
        Op::Extreme(largest, a, b) => {
            let of = |at: usize| {
                let (a, b) = (meets(*a, at), meets(*b, at));
                // Two of the same value are equal wherever they are moved to.
                let near = (a - b).abs() < KINK;
                (!near).then_some(if (a > b) == *largest { a } else { b })
            };
            return (0..count).map(of).collect();
        }
        Op::Where(a, b, c) => {
            let of = |at: usize| {
                let condition = meets(*c, at) - 0.25;
                (condition.abs() >= KINK).then(|| if condition > 0.0 { meets(*a, at) } else { meets(*b, at) })
            };
            return (0..count).map(of).collect();
        }
        Op::Reduce(word, a, axis, _) => {
            let of = |line: Vec<f64>| {
                let n = line.len() as f64;
                let sum: f64 = line.iter().sum();
                let mut sorted = line.clone();
                sorted.sort_by(f64::total_cmp);
                let apart = |a: usize, b: usize| sorted.len() < 2 || (sorted[a] - sorted[b]).abs() >= KINK;
                let last = sorted.len() - 1;
                Some(match *word {
                    "sum" => sum,
                    "mean" => sum / n,
                    "variance" => line.iter().map(|x| (x - sum / n) * (x - sum / n)).sum::<f64>() / (n - 1.0),
                    "logsumexp" => line.iter().map(|x| x.exp()).sum::<f64>().ln(),
                    "max" if apart(last, last.saturating_sub(1)) => sorted[last],
                    "min" if apart(0, last.min(1)) => sorted[0],
                    _ => return None,
                })
            };
            return lines(&values[*a], *axis).into_iter().map(of).collect();
        }
        Op::Along(word, a, axis) => {
            let (blocks, length, row) = along(&values[*a].dims, Some(*axis));
            let mut y = vec![0.0; blocks * length * row];
            for (number, line) in lines(&values[*a], Some(*axis)).iter().enumerate() {
                let sum: f64 = line.iter().map(|x| x.exp()).sum();
                for (k, x) in line.iter().enumerate() {
                    let own = if *word == "softmax" { x.exp() / sum } else { x - sum.ln() };
                    y[(number / row * length + k) * row + number % row] = own;
                }
            }
            y
        }
        Op::Matmul(a, b) => {
            let (a, b) = (&values[*a], &values[*b]);
            let n = *a.dims.last()?;
            let columns = if b.dims.len() == 2 { b.dims[1] } else { 1 };
            let of = |at: usize| {
                let (i, j) = (at / columns, at % columns);
                (0..n).map(|k| a.numbers[i * n + k] * b.numbers[k * columns + j]).sum()
            };
            (0..a.numbers.len() / n * columns).map(of).collect()
        }
        Op::Linear(a, w) => {
            let (a, w) = (&values[*a], &values[*w]);
            let (outputs, n) = (w.dims[0], w.dims[1]);
            let of = |at: usize| {
                let (i, o) = (at / outputs, at % outputs);
                (0..n).map(|k| a.numbers[i * n + k] * w.numbers[o * n + k]).sum()
            };
            (0..count).map(of).collect()
        }
        Op::Outer(a, b) => {
            let (a, b) = (&values[*a].numbers, &values[*b].numbers);
            a.iter().flat_map(|a| b.iter().map(move |b| a * b)).collect()
        }
        Op::Transpose(a) => {
            let (rows, columns) = (dims[dims.len() - 1], dims[dims.len() - 2]);
            let x = &values[*a].numbers;
            let of = |at: usize| {
                let (block, rest) = (at / (rows * columns), at % (rows * columns));
                x[block * rows * columns + rest % rows * columns + rest / rows]
            };
            (0..count).map(of).collect()
        }
        Op::Slice(a, start, _, axis) => {
            let (_, length, row) = along(dims, Some(*axis));
            let whole = values[*a].dims[*axis];
            let of = |at: usize| {
                let (block, rest) = (at / (length * row), at % (length * row));
                values[*a].numbers[(block * whole + start) * row + rest]
            };
            (0..count).map(of).collect()
        }
        Op::Index(a, at) => values[*a].numbers[at * count..][..count].to_vec(),
        Op::Concat(a, b, axis) => {
            let (_, length, row) = along(&values[*a].dims, Some(*axis));
            let parts = values[*a].numbers.chunks(length * row).zip(values[*b].numbers.chunks(length * row));
            parts.flat_map(|(a, b)| [a, b].concat()).collect()
        }
        Op::Stack(a, b) => [&values[*a].numbers[..], &values[*b].numbers[..]].concat(),
        Op::Reshape(a) | Op::Flatten(a) | Op::Detach(a) => values[*a].numbers.clone(),
        Op::Expand(a) => (0..count).map(|at| meets(*a, at)).collect(),
        Op::Loop(a) => {
            let mut parts = values[*a].numbers.chunks(count);
            let mut sum: Vec<f64> = parts.next()?.iter().map(|x| x.tanh()).collect();
            for part in parts {
                sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x.tanh() * *sum);
            }
            sum
        }
    })
}
