//! An interpreter of programs: the pieces of random functions, forwards and backwards, by plain loops. What it computes is
//! what plain loops over the source compute, and its gradients are central differences: then graph, steps, instructions and
//! pieces are right, whatever the tokens made of them are. The tests of `dnn` compile the same functions.

use super::branch::Condition;
use super::functions::{Branch, Form};
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

mod run_time;

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
        Expr::Cast(inner) => number(&inner.expr, words),
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
        ("leaky_relu", [x, slope]) => {
            if *x > 0.0 {
                *x
            } else {
                slope * x
            }
        }
        ("leaky_relu_pull", [dy, x, slope]) => {
            if *x > 0.0 {
                *dy
            } else {
                slope * dy
            }
        }
        ("elu", [x, alpha]) => {
            if *x > 0.0 {
                *x
            } else {
                alpha * x.exp_m1()
            }
        }
        ("elu_pull", [dy, x, alpha]) => {
            if *x > 0.0 {
                *dy
            } else {
                alpha * x.exp() * dy
            }
        }
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
        ("silu_curvature", [x]) => {
            let s = 1.0 / (1.0 + (-x).exp());
            s * (1.0 - s) * (2.0 + x * (1.0 - 2.0 * s))
        }
        ("softplus_curvature", [x, ..]) => (-x).exp() / (1.0 + (-x).exp()).powi(2),
        ("softplus", [x, ..]) => x.exp().ln_1p(),
        ("softplus_pull", [dy, x, ..]) => dy / (1.0 + (-x).exp()),
        ("relu", [x]) => x.max(0.0),
        ("relu_pull", [dy, y]) => truth(*y > 0.0) * dy,
        ("maximum", [a, b]) => a.max(*b),
        ("minimum", [a, b]) => a.min(*b),
        ("maximum_pull0" | "minimum_pull1", [dy, a, b]) => truth(a > b) * dy,
        ("maximum_pull1" | "minimum_pull0", [dy, a, b]) => truth(a < b) * dy,
        ("greater", [a, b]) => truth(a > b),
        ("equal", [a, b]) => truth(a == b),
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

fn constant(tokens: &TokenStream) -> f64 {
    match tokens.to_string().as_str() {
        "true" => 1.0,
        "false" => 0.0,
        _ => number(&syn::parse2(tokens.clone()).unwrap(), &HashMap::new()),
    }
}

/// The class that a call is given, `&3usize`.
fn class(tokens: &TokenStream) -> Option<usize> {
    let text = tokens.to_string();
    text.trim_start_matches("& ").trim_start_matches('&').strip_suffix("usize")?.parse().ok()
}

impl Memory<'_> {
    fn dims(&self, slot: Slot) -> Vec<usize> {
        let values = self.program.formula.values.len();
        let value = if slot < values { slot } else { self.program.steps.gradients[slot - values].value.0 };
        // What another function gives is known when it is there.
        self.program.shape(slot).numbers().unwrap_or_else(|| self.read(value).dims.clone())
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
                    named.insert("b", constant(count));
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
                    let tensor = |argument: &Argument| match argument {
                        Argument::Tensor(slot) => Some(self.read(*slot)),
                        Argument::Constant(_) => None,
                    };
                    let given = |argument: &Argument| match argument {
                        Argument::Tensor(_) => None,
                        Argument::Constant(tokens) => class(tokens),
                    };
                    let reads: Vec<&Tensor> = arguments.iter().filter_map(tensor).collect();
                    let mut constants: Vec<f64> = call.constants.iter().map(constant).collect();
                    constants.extend(arguments.iter().filter_map(given).map(|class| class as f64));
                    let mut to = self.read(target).clone();
                    run_time::call(call.path, &constants, &reads, &mut to);
                    self.slots[target] = Some(to);
                }
            }
            Kind::Own(_, arguments) => {
                let [Argument::Tensor(a), Argument::Tensor(b)] = arguments[..] else { unreachable!("two values") };
                let (a, b) = (self.read(a), self.read(b));
                let numbers = a.numbers.iter().map(|x| x.sin() * mean(&b.numbers)).collect();
                self.slots[target] = Some(Tensor { dims: a.dims.clone(), numbers });
            }
            Kind::Branch(branch, inputs) => {
                let (way, arguments) = self.way(branch, inputs);
                let steps = backward::derive(way);
                let numbers = results(&Program::new(way, &steps, Seed::None, true), &arguments, None).remove(0);
                self.slots[target] = Some(Tensor { dims: self.dims(target), numbers });
            }
            Kind::ShareOnto { node, of, gradient, onto } => {
                self.begin(target, Some(*onto));
                let share = self.share(*node, *of, &self.read(*gradient).numbers);
                let to = &mut self.slots[target].as_mut().unwrap().numbers;
                to.iter_mut().zip(share).for_each(|(to, share)| *to += share);
            }
        }
    }

    /// The formula that a condition takes, and the arguments of it.
    fn way<'b>(&self, branch: &'b Branch, inputs: &[Slot]) -> (&'b super::formula::Formula, Vec<Vec<f64>>) {
        let Condition::Compare(a, operator, b) = &branch.condition else { unreachable!("a comparison") };
        assert_eq!(operator.to_string(), ">");
        let number = |at: &usize| self.read(inputs[*at]).numbers[0];
        let way = &branch.ways[usize::from(number(a) <= number(b))];
        (way, inputs[branch.compared..].iter().map(|slot| self.read(*slot).numbers.clone()).collect())
    }

    /// What one operand of a call or of a branch gets.
    fn share(&self, node: usize, of: usize, dy: &[f64]) -> Vec<f64> {
        let node = &self.program.formula.nodes[node];
        let inputs: Vec<Slot> = node.inputs.iter().map(|input| input.0).collect();
        match &node.form {
            Form::Own(..) => {
                let (a, b) = (&self.read(inputs[0]).numbers, &self.read(inputs[1]).numbers);
                match of {
                    0 => a.iter().zip(dy).map(|(x, dy)| dy * x.cos() * mean(b)).collect(),
                    _ => {
                        let sum: f64 = a.iter().zip(dy).map(|(x, dy)| dy * x.sin()).sum();
                        vec![sum / b.len() as f64; b.len()]
                    }
                }
            }
            Form::Branch(branch) => {
                let (way, arguments) = self.way(branch, &inputs);
                let steps = backward::derive(way);
                let program = Program::new(way, &steps, Seed::Given, false);
                let all = results(&program, &arguments, Some(dy));
                let input = of - branch.compared;
                let slot = Program::delivered(&steps, way)[input];
                let place = slot.and_then(|slot| program.results.iter().position(|own| *own == slot));
                place.map_or(vec![0.0; arguments[input].len()], |place| all[place].clone())
            }
            _ => unreachable!("operands are asked for their shares one by one"),
        }
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The results of a program for these arguments, and the gradient of its result where that is given.
fn results(program: &Program<'_>, arguments: &[Vec<f64>], dy: Option<&[f64]>) -> Vec<Vec<f64>> {
    let mut memory = Memory { program, slots: vec![None; program.slots()] };
    if let Some(dy) = dy {
        let seed = program.formula.values.len();
        memory.slots[seed] = Some(Tensor { dims: memory.dims(seed), numbers: dy.to_vec() });
    }
    for (input, numbers) in program.formula.inputs.iter().zip(arguments) {
        memory.slots[input.0] = Some(Tensor { dims: memory.dims(input.0), numbers: numbers.clone() });
    }
    memory.run();
    program.results.iter().map(|slot| memory.read(*slot).numbers.clone()).collect()
}

/// Checks a function, if it can be: whether its numbers lie away from kinks, and whether its Hessian could be compared.
fn check(random: &Formula, draw: &mut Random) -> Option<bool> {
    let arguments = random.draw(draw);
    let differences = random.differences(&arguments)?;
    let expected = random.values(&arguments, None).unwrap().last().unwrap().numbers[0];
    let text = random.text("f", "f64");
    let (mut errors, mut constants) = (Errors::default(), shape::Constants::default());
    let signature = signature::read(TokenStream::new(), text.parse().unwrap(), &mut constants, &mut errors).unwrap();
    let body = body::lower(&signature, &mut errors);
    let formula = inference::infer(&signature, body.clone(), &mut constants, &mut errors);
    assert!(errors.is_empty(), "{}\n{text}", errors.to_tokens());
    let formula = merge::merge(formula);
    let steps = backward::derive(&formula);
    let value = results(&Program::new(&formula, &steps, Seed::None, true), &arguments, None);
    let program = Program::new(&formula, &steps, Seed::One, true);
    let both = results(&program, &arguments, None);
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
    if random.calls() {
        return Some(false);
    }
    let second = super::second(&signature, body, &mut constants, &mut errors);
    assert!(errors.is_empty(), "{}\n{text}", errors.to_tokens());
    check_second(random, draw, &second, &program, &arguments)
        .map(Some)
        .unwrap_or_else(|message| panic!("{message}\n{text}"))
}

/// The results of a program by inputs: the gradient of each, zeros where there is none.
fn gradients(program: &Program<'_>, arguments: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let results = results(program, arguments, None);
    let delivered = Program::delivered(program.steps, program.formula);
    let place = |slot: &Option<Slot>| program.results.iter().position(|own| Some(*own) == *slot);
    let zero = |input: usize| vec![0.0; arguments[input].len()];
    delivered
        .iter()
        .enumerate()
        .map(|(at, slot)| place(slot).map_or_else(|| zero(at), |at| results[at].clone()))
        .collect()
}

/// Whether the tangent gives value and gradient as the function does, and as its Hessian the differences of the gradient.
fn check_second(
    random: &Formula,
    draw: &mut Random,
    second: &super::Second,
    first: &Program<'_>,
    arguments: &[Vec<f64>],
) -> Result<bool, String> {
    let program = Program::new(&second.formula, &second.steps, Seed::One, true);
    let directions = random.draw(draw);
    let all = [arguments, &directions].concat();
    let value = [&program, first].map(|program| results(program, arguments_of(program, &all), None)[0][0]);
    let (products, gradient) = (gradients(&program, &all), gradients(first, arguments));
    let (products, again) = products.split_at(arguments.len());
    let distance = |a: &[Vec<f64>], b: &[Vec<f64>]| {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    };
    let norm = |a: &[Vec<f64>]| a.iter().flatten().map(|a| a * a).sum::<f64>().sqrt();
    if (value[0] - value[1]).abs() > 1e-12 * (1.0 + value[1].abs()) {
        return Err(format!("the value {} beside the tangent, not {}", value[0], value[1]));
    }
    if distance(again, &gradient) > 1e-11 * (1.0 + norm(&gradient)) {
        return Err(format!("the gradient {again:?} by the directions, not {gradient:?}"));
    }
    let h = 1e-4;
    let moved = |step: f64| -> Vec<Vec<f64>> {
        let each = |(x, v): (&Vec<f64>, &Vec<f64>)| x.iter().zip(v).map(|(x, v)| x + step * v).collect();
        arguments.iter().zip(&directions).map(each).collect()
    };
    let steps = [h, -h, 2.0 * h, -2.0 * h].map(moved);
    // Differences go on where a gradient is stopped, and over kinks.
    if random.detaches() || steps.iter().any(|moved| random.values(moved, None).is_none()) {
        return Ok(false);
    }
    let [a, b, c, d] = steps.map(|moved| gradients(first, &moved));
    let difference = |at: usize, i: usize| (8.0 * (a[at][i] - b[at][i]) - (c[at][i] - d[at][i])) / (12.0 * h);
    let expected: Vec<Vec<f64>> =
        a.iter().enumerate().map(|(at, own)| (0..own.len()).map(|i| difference(at, i)).collect()).collect();
    let (error, size) = (distance(products, &expected), norm(&expected));
    if error > 1e-6 * size.max(1e-3) {
        return Err(format!("{products:?}, not {expected:?}: {error:e} of {size:e}"));
    }
    Ok(true)
}

/// As many arguments as a program has.
fn arguments_of<'a>(program: &Program<'_>, all: &'a [Vec<f64>]) -> &'a [Vec<f64>] {
    &all[..program.formula.inputs.len()]
}

#[test]
fn gradients_and_hessians_of_thousands_of_random_functions_are_central_differences() {
    let (mut checked, mut twice, mut seed) = (0, 0, 0);
    while checked < 3000 {
        seed += 1;
        let mut random = Random::new(seed);
        let formula = Formula::random(&mut random);
        if let Some(has_hessian) = check(&formula, &mut random) {
            checked += 1;
            twice += usize::from(has_hessian);
        }
        assert!(seed < 30_000, "too few functions can be checked: {checked}");
    }
    assert!(twice >= 1000, "too few Hessians can be compared: {twice}");
}
