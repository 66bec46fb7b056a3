//! What each operation of a random function gives, by plain loops.

use super::super::graphs::meeting;
use super::super::plain;
use super::{Op, Tensor};

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
        "elu" | "leaky_relu" if x.abs() < KINK => return None,
        "elu" if x < 0.0 => 0.5 * x.exp_m1(),
        "leaky_relu" if x < 0.0 => 0.01 * x,
        "elu" | "leaky_relu" => x,
        "rsqrt" => 1.0 / (x * x + 0.5).sqrt(),
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

pub(super) fn apply(op: &Op, dims: &[usize], values: &[Tensor]) -> Option<Vec<f64>> {
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
                    "prod" => line.iter().product(),
                    "norm" | "std" => {
                        let from = if *word == "std" { sum / n } else { 0.0 };
                        let square: f64 = line.iter().map(|x| (x - from) * (x - from)).sum();
                        let y = (square / if *word == "std" { n - 1.0 } else { 1.0 }).sqrt();
                        return (y > 0.2).then_some(y); // bent where it is small
                    }
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
                    let own = match *word {
                        "softmax" => x.exp() / sum,
                        "log_softmax" => x - sum.ln(),
                        _ => line[..=k].iter().sum(),
                    };
                    y[(number / row * length + k) * row + number % row] = own;
                }
            }
            y
        }
        Op::Matmul(a, b) => {
            let (a, b, mut y) = (&values[*a], &values[*b], vec![0.0; count]);
            plain::products(&a.dims, &b.dims, |i, j, at| y[at] += a.numbers[i] * b.numbers[j]);
            y
        }
        Op::Convolution(x, w, moves) => {
            let (x, w, mut y) = (&values[*x], &values[*w], vec![0.0; count]);
            let lifted = if x.dims.len() == 3 { [&[1], &w.dims[..]].concat() } else { w.dims.clone() };
            plain::convolved(&x.dims, &lifted, *moves, |i, j, at| y[at] += x.numbers[i] * w.numbers[j]);
            y
        }
        Op::Loss(word, a, b) => vec![plain::loss(word, &values[*a].numbers, &values[*b].numbers, KINK)?.0],
        Op::Class(word, a, class) => {
            let x = &values[*a].numbers;
            let log = if *word == "nll_loss" { 0.0 } else { x.iter().map(|x| x.exp()).sum::<f64>().ln() };
            vec![log - x[*class]]
        }
        Op::Branch(_, a, b, c) => {
            let [x, b, c] = [a, b, c].map(|at| &values[*at].numbers);
            let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            let (decides, w) = (mean(c) - 0.1, mean(b).tanh());
            if decides.abs() < KINK {
                return None;
            }
            x.iter().map(|x| if decides > 0.0 { x + x * w } else { x.sin() }).collect()
        }
        Op::Call(a, b) => {
            let b = &values[*b].numbers;
            let mean = b.iter().sum::<f64>() / b.len() as f64;
            values[*a].numbers.iter().map(|x| x.sin() * mean).collect()
        }
        Op::Rounds(a, b) => {
            let b = &values[*b].numbers;
            let mean = b.iter().sum::<f64>() / b.len() as f64;
            values[*a].numbers.iter().map(|x| (x.tanh() * 0.5 + mean).tanh() * 0.5).collect()
        }
        Op::Permute(a, order) => {
            let mut y = vec![0.0; count];
            plain::permuted(&values[*a].dims, order, |from, to| y[to] = values[*a].numbers[from]);
            y
        }
        Op::Triangle(lower, a, diagonal) => {
            let inside = |at: usize| plain::is_inside(dims, at, *lower, *diagonal);
            let of = |(at, x): (usize, &f64)| if inside(at) { *x } else { 0.0 };
            values[*a].numbers.iter().enumerate().map(of).collect()
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
        Op::Stack(a, b, axis) => {
            let row = values[*a].dims[*axis..].iter().product();
            let parts = values[*a].numbers.chunks(row).zip(values[*b].numbers.chunks(row));
            parts.flat_map(|(a, b)| [a, b].concat()).collect()
        }
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
