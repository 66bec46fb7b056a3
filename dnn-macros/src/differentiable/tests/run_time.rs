//! The functions of the run time by plain loops: values, and what each operand gets.

use super::mean;
use crate::tests::formulas::Tensor;
use crate::tests::graphs::meeting;
use crate::tests::plain;

/// The length before an axis, of it, and behind it; the whole is one block.
fn along(dims: &[usize], axis: usize) -> [usize; 3] {
    match axis {
        usize::MAX => [1, dims.iter().product(), 1],
        _ => [dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product()],
    }
}

/// The functions of the run time, by their formulas.
pub(super) fn call(path: &str, constants: &[f64], reads: &[&Tensor], to: &mut Tensor) {
    let (module, name) = path.split_once("::").unwrap();
    let whole: Vec<usize> = constants.iter().map(|constant| *constant as usize).collect();
    match module {
        "matmul" | "conv1d" | "conv2d" => sums_of_products(module, name, &whole, reads, to),
        "linear" => product(name, reads, to),
        "permute" => {
            let dims = if name == "value" { &reads[0].dims } else { &to.dims }.clone();
            plain::permuted(&dims, &whole[..dims.len()], |a, y| match name {
                "value" => to.numbers[y] = reads[0].numbers[a],
                _ => to.numbers[a] += reads[0].numbers[y],
            });
        }
        "tril" | "triu" => {
            let inside = |at| plain::is_inside(&reads[0].dims, at, module == "tril", constants[0] as i64);
            for (at, (to, x)) in to.numbers.iter_mut().zip(&reads[0].numbers).enumerate() {
                let x = if inside(at) { *x } else { 0.0 };
                if name == "value" { *to = x } else { *to += x }
            }
        }
        "cross_entropy" | "nll_loss" if !whole.is_empty() => classified(module, name, whole[0], reads, to),
        "cross_entropy" | "kl_div" => losses(module, name, reads, to),
        _ if module.ends_with("_loss") || module.ends_with("_with_logits") => losses(module, name, reads, to),
        "outer" => {
            let (columns, own) = (reads[usize::from(name != "value")].numbers.len(), to.numbers.len());
            match name {
                "value" => (0..own).for_each(|at| {
                    to.numbers[at] =
                        reads[0].numbers[at / reads[1].numbers.len()] * reads[1].numbers[at % reads[1].numbers.len()]
                }),
                "pull0" => (0..own * columns)
                    .for_each(|at| to.numbers[at / columns] += reads[0].numbers[at] * reads[1].numbers[at % columns]),
                _ => (0..own * columns)
                    .for_each(|at| to.numbers[at % own] += reads[0].numbers[at] * reads[1].numbers[at / own]),
            }
        }
        "transpose" => {
            let dims = to.dims.clone();
            let (rows, columns) = (dims[dims.len() - 2], dims[dims.len() - 1]);
            for (at, to) in to.numbers.iter_mut().enumerate() {
                let (block, rest) = (at / (rows * columns) * rows * columns, at % (rows * columns));
                let x = reads[0].numbers[block + rest % columns * rows + rest / columns];
                if name == "value" { *to = x } else { *to += x }
            }
        }
        "expand" if name == "value" => {
            let dims = to.dims.clone();
            (0..to.numbers.len()).for_each(|at| to.numbers[at] = reads[0].numbers[meeting(&dims, &reads[0].dims, at)]);
        }
        "expand" => (0..reads[0].numbers.len()).for_each(|at| {
            let place = meeting(&reads[0].dims, &to.dims, at);
            to.numbers[place] += reads[0].numbers[at];
        }),
        "take" | "place" => {
            // The smaller one lies in the larger one.
            let (axis, start) = (whole[0], whole[1]);
            let to_part = (module == "take") == (name == "value");
            let (all, part) = if to_part {
                (reads[0].dims.clone(), to.numbers.len())
            } else {
                (to.dims.clone(), reads[0].numbers.len())
            };
            let [blocks, length, row] = along(&all, axis);
            let own = part / blocks;
            for at in 0..part {
                let place = at / own * length * row + start * row + at % own;
                let (from, into) = if to_part { (place, at) } else { (at, place) };
                let x = reads[0].numbers[from];
                if name == "value" { to.numbers[into] = x } else { to.numbers[into] += x }
            }
        }
        _ => lines(module, name, &whole, reads, to),
    }
}

/// What is a sum of products of elements of two operands: each product gives its share to all three.
fn sums_of_products(module: &str, name: &str, constants: &[usize], reads: &[&Tensor], to: &mut Tensor) {
    let own = to.dims.clone();
    let (a, b) = match name {
        "value" => (reads[0].dims.clone(), reads[1].dims.clone()),
        "pull0" => (own, reads[1].dims.clone()),
        "pull1" => (reads[1].dims.clone(), own),
        _ => unreachable!("{module}::{name}"),
    };
    if name == "value" {
        to.numbers.fill(0.0);
    }
    let each = |i: usize, j: usize, y: usize| match name {
        "value" => to.numbers[y] += reads[0].numbers[i] * reads[1].numbers[j],
        "pull0" => to.numbers[i] += reads[0].numbers[y] * reads[1].numbers[j],
        _ => to.numbers[j] += reads[0].numbers[y] * reads[1].numbers[i],
    };
    match (module, constants) {
        ("matmul", _) => plain::products(&a, &b, each),
        (_, [s, p, d]) | (_, [s, _, p, _, d, _]) => plain::convolved(&a, &b, [*s, *p, *d], each),
        _ => unreachable!("{module}"),
    }
}

/// Losses of two tensors.
fn losses(word: &str, name: &str, reads: &[&Tensor], to: &mut Tensor) {
    let read = |at: usize| &reads[at].numbers[..];
    // The slopes by a target of cross-entropy do not depend on it.
    let ones = vec![1.0; to.numbers.len()];
    let (dy, x, t) = match (name, reads) {
        ("value", _) => (1.0, read(0), read(1)),
        (_, [_, _]) => (read(0)[0], read(1), &ones[..]),
        _ => (read(0)[0], read(1), read(2)),
    };
    let (y, dx, dt) = plain::loss(word, x, t, 0.0).expect("a loss");
    match name {
        "value" => to.numbers = vec![y],
        _ => {
            let slopes = if name == "pull0" { dx } else { dt };
            to.numbers.iter_mut().zip(slopes).for_each(|(to, slope)| *to += slope * dy);
        }
    }
}

/// Losses of a class.
fn classified(word: &str, name: &str, class: usize, reads: &[&Tensor], to: &mut Tensor) {
    let x: &[f64] =
        if word == "cross_entropy" { &reads[usize::from(name != "value")].numbers } else { &reads[0].numbers };
    let sum: f64 = x.iter().map(|x| x.exp()).sum();
    let log = if word == "cross_entropy" { sum.ln() } else { 0.0 };
    if name == "value" {
        to.numbers = vec![log - x[class]];
        return;
    }
    let dy = reads[0].numbers[0];
    for (at, to) in to.numbers.iter_mut().enumerate() {
        let share = if word == "cross_entropy" { x[at].exp() / sum } else { 0.0 };
        *to += dy * (share - if at == class { 1.0 } else { 0.0 });
    }
}

/// y[i][j] = sum over k of a[i][k] w[j][k]
fn product(name: &str, reads: &[&Tensor], to: &mut Tensor) {
    let to_dims = to.dims.clone();
    let of = |at: usize| if at < reads.len() { &reads[at].dims } else { &to_dims };
    // The shapes of a, b and y, of which one is what is written.
    let (a, b) = match name {
        "value" => (of(0), of(1)),
        "pull0" => (&to_dims, of(1)),
        _ => (of(1), &to_dims),
    };
    let n = *a.last().unwrap();
    let rows = a.iter().product::<usize>() / n;
    let columns = b.iter().product::<usize>() / n;
    for (i, j, k) in (0..rows).flat_map(|i| (0..columns).flat_map(move |j| (0..n).map(move |k| (i, j, k)))) {
        let (a, b, y) = (i * n + k, j * n + k, i * columns + j);
        match name {
            "value" => {
                let before = if k == 0 { 0.0 } else { to.numbers[y] };
                to.numbers[y] = before + reads[0].numbers[a] * reads[1].numbers[b];
            }
            "pull0" => to.numbers[a] += reads[0].numbers[y] * reads[1].numbers[b],
            "pull1" => to.numbers[b] += reads[0].numbers[y] * reads[1].numbers[a],
            _ => unreachable!("{name}"),
        }
    }
}

/// What works on the lines along an axis.
fn lines(module: &str, name: &str, constants: &[usize], reads: &[&Tensor], to: &mut Tensor) {
    let dims = if name == "value" { reads[0].dims.clone() } else { to.dims.clone() };
    let [blocks, length, row] = along(&dims, constants[0]);
    for line in 0..blocks * row {
        let place = |k: usize| (line / row * length + k) * row + line % row;
        let of = |tensor: &Tensor| -> Vec<f64> { (0..length).map(|k| tensor.numbers[place(k)]).collect() };
        let n = length as f64;
        match (module, name) {
            ("softmax" | "log_softmax", "value") => {
                let x = of(reads[0]);
                let sum: f64 = x.iter().map(|x| x.exp()).sum();
                for (k, x) in x.iter().enumerate() {
                    to.numbers[place(k)] = if module == "softmax" { x.exp() / sum } else { x - sum.ln() };
                }
            }
            ("softmax" | "log_softmax", _) => {
                let (dy, y) = (of(reads[0]), of(reads[1]));
                let product: f64 = dy.iter().zip(&y).map(|(dy, y)| dy * y).sum();
                let sum: f64 = dy.iter().sum();
                for k in 0..length {
                    let dx = if module == "softmax" { y[k] * (dy[k] - product) } else { dy[k] - y[k].exp() * sum };
                    to.numbers[place(k)] += dx;
                }
            }
            ("cumsum", "value") => {
                let mut sum = 0.0;
                for (k, x) in of(reads[0]).into_iter().enumerate() {
                    sum += x;
                    to.numbers[place(k)] = sum;
                }
            }
            ("cumsum", _) => {
                let mut sum = 0.0;
                for (k, dy) in of(reads[0]).into_iter().enumerate().rev() {
                    sum += dy;
                    to.numbers[place(k)] += sum;
                }
            }
            (_, "value") => {
                let x = of(reads[0]);
                let mean = x.iter().sum::<f64>() / n;
                to.numbers[line] = match module {
                    "sum" => mean * n,
                    "mean" => mean,
                    "prod" => x.iter().product(),
                    "norm" => x.iter().map(|x| x * x).sum::<f64>().sqrt(),
                    "std" => {
                        (x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - constants[1] as f64)).sqrt()
                    }
                    "variance" => x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - constants[1] as f64),
                    "logsumexp" => x.iter().map(|x| x.exp()).sum::<f64>().ln(),
                    "max" => x.into_iter().fold(f64::NEG_INFINITY, f64::max),
                    "min" => x.into_iter().fold(f64::INFINITY, f64::min),
                    _ => unreachable!("{module}"),
                };
            }
            _ => {
                let dy = reads[0].numbers[line];
                let x = reads.get(1).map_or(Vec::new(), |x| of(x));
                for k in 0..length {
                    let slope = match module {
                        "sum" => 1.0,
                        "mean" => 1.0 / n,
                        "prod" => x.iter().enumerate().filter(|(at, _)| *at != k).map(|(_, x)| x).product(),
                        "norm" => x[k] / reads[2].numbers[line],
                        "std" => (x[k] - mean(&x)) / (n - constants[1] as f64) / reads[2].numbers[line],
                        "variance" => 2.0 * (x[k] - x.iter().sum::<f64>() / n) / (n - constants[1] as f64),
                        "logsumexp" => (x[k] - reads[2].numbers[line]).exp(),
                        "max" | "min" if x[k] == reads[2].numbers[line] => 1.0,
                        "max" | "min" => 0.0,
                        _ => unreachable!("{module}"),
                    };
                    to.numbers[place(k)] += slope * dy;
                }
            }
        }
    }
}
