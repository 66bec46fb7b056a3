//! An interpreter of programs: the pieces of random functions, forwards and backwards, by plain loops. What it computes is
//! what plain loops over the source compute, and its gradients are central differences: then graph, steps, instructions and
//! pieces are right, whatever the tokens made of them are. The tests of `dnn` compile the same functions.

use super::fuse::{Piece, fuse};
use super::program::{Argument, Instruction, Kind, Onto, Program, Seed, Slot};
use super::{body, inference, merge, shape, signature};
use crate::backward;
use crate::error::Errors;
use crate::tests::chains::Random;
use crate::tests::formulas::{Formula, Tensor};
use crate::tests::graphs::meeting;
use proc_macro2::TokenStream;
use std::collections::HashMap;

/// What the slots hold.
struct Memory<'a> {
    program: &'a Program<'a>,
    slots: Vec<Option<Tensor>>,
}

/// The number of an expression, whose names are `words`.
fn number(expression: &syn::Expr, words: &HashMap<&str, f64>) -> f64 {
    use syn::{BinOp, Expr, Lit};
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(number) => number.base10_parse().unwrap(),
            Lit::Int(number) => number.base10_parse().unwrap(),
            _ => unreachable!("a number"),
        },
        Expr::Paren(inner) => number(&inner.expr, words),
        Expr::Block(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(only, None)] => number(only, words),
            _ => unreachable!("one expression"),
        },
        Expr::Unary(unary) => -number(&unary.expr, words),
        Expr::Path(path) => {
            let name = path.path.segments.last().unwrap().ident.to_string();
            if name == "WHOLE" { f64::INFINITY } else { words[&*name] }
        }
        Expr::Binary(binary) => {
            let (a, b) = (number(&binary.left, words), number(&binary.right, words));
            match binary.op {
                BinOp::Add(_) => a + b,
                BinOp::Sub(_) => a - b,
                BinOp::Mul(_) => a * b,
                BinOp::Div(_) => a / b,
                _ => unreachable!("an operator of formulas"),
            }
        }
        Expr::Call(call) => {
            let syn::Expr::Path(path) = &*call.func else { unreachable!("a name") };
            let name = path.path.segments.last().unwrap().ident.to_string();
            let arguments: Vec<f64> = call.args.iter().map(|argument| number(argument, words)).collect();
            function(&name, &arguments)
        }
        _ => unreachable!("no formula has this"),
    }
}

/// The functions in formulas, away from kinks.
fn function(name: &str, arguments: &[f64]) -> f64 {
    let truth = |is: bool| if is { 1.0 } else { 0.0 };
    match (name, arguments) {
        ("sin", [x]) => x.sin(),
        ("cos", [x]) => x.cos(),
        ("tanh", [x]) => x.tanh(),
        ("exp", [x]) => x.exp(),
        ("ln", [x]) => x.ln(),
        ("sqrt", [x]) => x.sqrt(),
        ("sigmoid", [x]) => 1.0 / (1.0 + (-x).exp()),
        ("silu", [x]) => x / (1.0 + (-x).exp()),
        ("silu_pull", [dy, x]) => {
            let s = 1.0 / (1.0 + (-x).exp());
            dy * s * (1.0 + x * (1.0 - s))
        }
        ("softplus", [x, ..]) => x.exp().ln_1p(),
        ("softplus_pull", [dy, x, ..]) => dy / (1.0 + (-x).exp()),
        ("relu", [x]) => x.max(0.0),
        ("relu_pull", [dy, y]) => truth(*y > 0.0) * dy,
        ("maximum", [a, b]) => a.max(*b),
        ("minimum", [a, b]) => a.min(*b),
        ("maximum_pull0" | "minimum_pull1", [dy, a, b]) => truth(a > b) * dy,
        ("maximum_pull1" | "minimum_pull0", [dy, a, b]) => truth(a < b) * dy,
        ("greater", [a, b]) => truth(a > b),
        ("where_", [c, a, b]) => {
            if *c == 0.0 {
                *b
            } else {
                *a
            }
        }
        _ => unreachable!("{name}"),
    }
}

fn constant(tokens: &TokenStream) -> usize {
    number(&syn::parse2(tokens.clone()).unwrap(), &HashMap::new()) as usize
}

/// The length before an axis, of it, and behind it; the whole is one block.
fn along(dims: &[usize], axis: usize) -> [usize; 3] {
    match axis {
        usize::MAX => [1, dims.iter().product(), 1],
        _ => [dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product()],
    }
}

impl Memory<'_> {
    fn dims(&self, slot: Slot) -> Vec<usize> {
        self.program.shape(slot).numbers().expect("numbers")
    }

    fn read(&self, slot: Slot) -> &Tensor {
        self.slots[slot].as_ref().unwrap_or_else(|| panic!("slot {slot} is read before it is made"))
    }

    /// What something begins with: NaN where it is written, what is there where it is added to.
    fn begin(&mut self, slot: Slot, onto: Option<Onto>) {
        let dims = self.dims(slot);
        let start = if onto.is_some() { 0.0 } else { f64::NAN };
        let tensor = match onto {
            Some(Onto(Some(before))) => self.read(before).clone(),
            _ => Tensor { numbers: vec![start; dims.iter().product()], dims },
        };
        self.slots[slot] = Some(tensor);
    }

    fn run(&mut self) {
        for (target, kind) in self.program.instructions.iter().map(|own| (own.target, &own.kind)) {
            if let Kind::Number(tokens) = kind {
                let value = number(&syn::parse2(tokens.clone()).unwrap(), &HashMap::new());
                self.slots[target] = Some(Tensor { dims: Vec::new(), numbers: vec![value] });
            }
        }
        for piece in fuse(self.program) {
            match piece {
                Piece::Loop(over, list) => {
                    let instructions: Vec<&Instruction> =
                        list.iter().map(|at| &self.program.instructions[*at]).collect();
                    self.repeat(&over.numbers().expect("numbers"), &instructions);
                }
                Piece::One(only) => self.one(&self.program.instructions[only]),
                #[allow(unreachable_patterns)]
                _ => unreachable!("no other piece is generated"),
            }
        }
    }

    /// All instructions for the first element, then for the second one.
    fn repeat(&mut self, over: &[usize], instructions: &[&Instruction]) {
        for own in instructions {
            self.begin(own.target, own.onto());
        }
        let formulas: Vec<syn::Expr> = instructions
            .iter()
            .map(|own| match &own.kind {
                Kind::Element { formula, .. } => syn::parse_str(formula).unwrap(),
                _ => unreachable!("a loop has formulas"),
            })
            .collect();
        for at in 0..over.iter().product() {
            for (own, formula) in instructions.iter().zip(&formulas) {
                let Kind::Element { words, count, onto, .. } = &own.kind else { unreachable!() };
                let mut named: HashMap<&str, f64> = HashMap::new();
                for (word, slot) in words {
                    let tensor = self.read(*slot);
                    named.insert(word, tensor.numbers[meeting(over, &tensor.dims, at)]);
                }
                if let Some(count) = count {
                    named.insert("b", constant(count) as f64);
                }
                let value = number(formula, &named);
                let target = self.slots[own.target].as_mut().unwrap();
                let place = meeting(over, &target.dims, at);
                match onto {
                    Some(_) => target.numbers[place] += value,
                    None => target.numbers[place] = value,
                }
            }
        }
    }

    fn one(&mut self, own: &Instruction) {
        let target = own.target;
        match &own.kind {
            Kind::Number(_) => {}
            Kind::Element { .. } => self.repeat(&[], &[own]),
            Kind::View(from) => {
                let tensor = Tensor { dims: self.dims(target), numbers: self.read(*from).numbers.clone() };
                self.slots[target] = Some(tensor);
            }
            Kind::Part(from, at) => {
                let dims = self.dims(target);
                let count: usize = dims.iter().product();
                let numbers = self.read(*from).numbers[at * count..][..count].to_vec();
                self.slots[target] = Some(Tensor { dims, numbers });
            }
            Kind::Rows(from, start) => {
                let dims = self.dims(target);
                let count: usize = dims.iter().product();
                let numbers = self.read(*from).numbers[start * count / dims[0]..][..count].to_vec();
                self.slots[target] = Some(Tensor { dims, numbers });
            }
            Kind::PartOnto(gradient, at, onto) => {
                self.begin(target, Some(*onto));
                let part = self.read(*gradient).numbers.clone();
                let to = &mut self.slots[target].as_mut().unwrap().numbers[at * part.len()..];
                to.iter_mut().zip(part).for_each(|(to, part)| *to += part);
            }
            Kind::Calls { calls, onto, .. } => {
                self.begin(target, *onto);
                for (call, arguments) in calls {
                    let reads: Vec<&Tensor> = arguments
                        .iter()
                        .filter_map(|argument| match argument {
                            Argument::Tensor(slot) => Some(self.read(*slot)),
                            Argument::Constant(_) => None,
                        })
                        .collect();
                    let constants: Vec<usize> = call.constants.iter().map(constant).collect();
                    let mut to = self.read(target).clone();
                    run_time(call.path, &constants, &reads, &mut to);
                    self.slots[target] = Some(to);
                }
            }
            _ => unreachable!("no other instruction is generated"),
        }
    }
}

/// The functions of the run time, by their formulas.
fn run_time(path: &str, constants: &[usize], reads: &[&Tensor], to: &mut Tensor) {
    let (module, name) = path.split_once("::").unwrap();
    match module {
        "matmul" | "linear" => product(module == "linear", name, reads, to),
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
            let (axis, start) = (constants[0], constants[1]);
            let to_part = (module == "take") == (name == "value");
            let (whole, part) = if to_part {
                (reads[0].dims.clone(), to.numbers.len())
            } else {
                (to.dims.clone(), reads[0].numbers.len())
            };
            let [blocks, length, row] = along(&whole, axis);
            let own = part / blocks;
            for at in 0..part {
                let place = at / own * length * row + start * row + at % own;
                let (from, into) = if to_part { (place, at) } else { (at, place) };
                let x = reads[0].numbers[from];
                if name == "value" { to.numbers[into] = x } else { to.numbers[into] += x }
            }
        }
        _ => lines(module, name, constants, reads, to),
    }
}

/// Products: y[i][j] = sum over k of a[i][k] b[k][j], where b is transposed for `linear`.
fn product(transposed: bool, name: &str, reads: &[&Tensor], to: &mut Tensor) {
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
    let b_at = |k: usize, j: usize| if transposed { j * n + k } else { k * columns + j };
    for (i, j, k) in (0..rows).flat_map(|i| (0..columns).flat_map(move |j| (0..n).map(move |k| (i, j, k)))) {
        let (a, b, y) = (i * n + k, b_at(k, j), i * columns + j);
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
            (_, "value") => {
                let x = of(reads[0]);
                let mean = x.iter().sum::<f64>() / n;
                to.numbers[line] = match module {
                    "sum" => mean * n,
                    "mean" => mean,
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

/// The results of a program for these arguments.
fn results(program: &Program<'_>, arguments: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut memory = Memory { program, slots: vec![None; program.slots()] };
    for (input, numbers) in program.formula.inputs.iter().zip(arguments) {
        memory.slots[input.0] = Some(Tensor { dims: memory.dims(input.0), numbers: numbers.clone() });
    }
    memory.run();
    program.results.iter().map(|slot| memory.read(*slot).numbers.clone()).collect()
}

/// Checks a function, if it can be: whether its numbers lie away from kinks.
fn check(random: &Formula, draw: &mut Random) -> bool {
    let arguments = random.draw(draw);
    let Some(differences) = random.differences(&arguments) else { return false };
    let expected = random.values(&arguments, None).unwrap().last().unwrap().numbers[0];
    let text = random.text("f", "f64");
    let (mut errors, mut constants) = (Errors::default(), shape::Constants::default());
    let signature = signature::read(TokenStream::new(), text.parse().unwrap(), &mut constants, &mut errors).unwrap();
    let body = body::lower(&signature, &mut errors);
    let formula = inference::infer(&signature, body, &mut constants, &mut errors);
    assert!(errors.is_empty(), "{}\n{text}", errors.to_tokens());
    let formula = merge::merge(formula);
    let steps = backward::derive(&formula);
    let value = results(&Program::new(&formula, &steps, Seed::None, true), &arguments);
    let program = Program::new(&formula, &steps, Seed::One, true);
    let both = results(&program, &arguments);
    for value in [value[0][0], both[0][0]] {
        assert!((value - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{value}, not {expected}\n{text}");
    }
    let (mut error, mut norm): (f64, f64) = (0.0, 0.0);
    for (input, differences) in differences.iter().enumerate() {
        let slot = Program::delivered(&steps, &formula)[input];
        let place = slot.and_then(|slot| program.results.iter().position(|own| *own == slot));
        for (at, expected) in differences.iter().enumerate() {
            let derived = place.map_or(0.0, |place| both[place][at]);
            error += (derived - expected) * (derived - expected);
            norm += expected * expected;
        }
    }
    assert!(error.sqrt() <= 1e-7 * norm.sqrt().max(1e-3), "{:e} of {:e}\n{text}", error.sqrt(), norm.sqrt());
    true
}

#[test]
fn gradients_of_thousands_of_random_functions_are_central_differences() {
    let (mut checked, mut seed) = (0, 0);
    while checked < 2000 {
        seed += 1;
        let mut random = Random::new(seed);
        let formula = Formula::random(&mut random);
        checked += usize::from(check(&formula, &mut random));
        assert!(seed < 20_000, "too few functions can be checked: {checked}");
    }
}
