//! Gradients of `#[differentiable]` functions, and a product with a Hessian, beside what is written by hand: `cargo bench --bench
//! functions`.
//!
//! Each pair is shown to give the same numbers first. Then both take turns, block by block, so that whatever else the machine
//! does meets both, and a line for each says the nanoseconds of the fastest block of each, their ratio, and the value of the
//! function, in which the peers of `benches/peers/functions.py` have to agree.

#[path = "by_hand/formulas.rs"]
mod formulas;

use dnn::prelude::*;
use formulas::{Perceptron, rosenbrock as rosenbrock_by_hand, rosenbrock_product};
use std::array::from_fn;
use std::hint::black_box;
use std::time::Instant;

#[differentiable(twice)]
fn rosenbrock<T: Scalar>(x: &[T; 100]) -> T {
    let a = x[1..] - x[..99] * x[..99];
    let b = 1.0 - x[..99];
    sum(100.0 * a * a + b * b)
}

#[differentiable(wrt(w1, b1, w2, b2, w3, b3))]
fn perceptron<T: Scalar>(
    x: &[T; 16],
    target: &[T; 4],
    w1: &[[T; 16]; 32],
    b1: &[T; 32],
    w2: &[[T; 32]; 32],
    b2: &[T; 32],
    w3: &[[T; 32]; 4],
    b3: &[T; 4],
) -> T {
    let h1 = tanh(matmul(w1, x) + b1);
    let h2 = tanh(matmul(w2, h1) + b2);
    let d = matmul(w3, h2) + b3 - target;
    mean(d * d)
}

#[differentiable(wrt(w1, b1, w2, b2, w3, b3))]
fn perceptrons<T: Scalar>(
    x: &[[T; 16]; 64],
    target: &[[T; 4]; 64],
    w1: &[[T; 16]; 32],
    b1: &[T; 32],
    w2: &[[T; 32]; 32],
    b2: &[T; 32],
    w3: &[[T; 32]; 4],
    b3: &[T; 4],
) -> T {
    let h1 = tanh(linear(x, w1, b1));
    let h2 = tanh(linear(h1, w2, b2));
    let d = linear(h2, w3, b3) - target;
    mean(d * d)
}

/// Number `i` of stream `seed`, from -0.5 to 0.5: the same hash as in `workloads`.
fn value(i: usize, seed: u32) -> f64 {
    let mut h = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(2_246_822_519));
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    f64::from((h ^ h >> 15) >> 8) / 16_777_216.0 - 0.5
}

fn row<T: Scalar, const N: usize>(seed: u32, scale: f64) -> [T; N] {
    from_fn(|i| T::from_f64(value(i, seed) * scale))
}

fn rows<T: Scalar, const N: usize, const M: usize>(seed: u32, scale: f64) -> [[T; N]; M] {
    from_fn(|r| from_fn(|i| T::from_f64(value(r * N + i, seed) * scale)))
}

fn network<T: Scalar>() -> Perceptron<T> {
    Perceptron {
        w1: rows(2, 0.5),
        b1: row(3, 0.5),
        w2: rows(4, 0.35),
        b2: row(5, 0.35),
        w3: rows(6, 0.35),
        b3: row(7, 0.35),
    }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|own| name.contains(own.as_str()));
    println!("{:<24} {:>12} {:>12} {:>8}  value", "gradient of", "derived, ns", "by hand, ns", "ratio");
    all::<f32>("f32", 2e-5, &wanted);
    all::<f64>("f64", 1e-12, &wanted);
}

fn all<T: Scalar + Into<f64>>(scalar: &str, tolerance: f64, wanted: &dyn Fn(&str) -> bool) {
    let near = |a: T, b: T, what: &str| {
        let (a, b): (f64, f64) = (a.into(), b.into());
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {a}, and {b} by hand");
    };
    let name = format!("rosenbrock_100_{scalar}");
    if wanted(&name) {
        let x: [T; 100] = row(1, 2.0);
        let (derived, by_hand) = (rosenbrock::gradient(&x), rosenbrock_by_hand(&x));
        near(derived.0, by_hand.0, &name);
        derived.1.iter().zip(&by_hand.1).for_each(|(a, b)| near(*a, *b, &name));
        compare(&name, derived.0.into(), || rosenbrock::gradient(black_box(&x)), || rosenbrock_by_hand(black_box(&x)));
    }
    let name = format!("rosenbrock_100_hv_{scalar}");
    if wanted(&name) {
        let (x, v): ([T; 100], [T; 100]) = (row(1, 2.0), row(10, 2.0));
        let (derived, by_hand) = (rosenbrock::hessian_vector(&x, &v), rosenbrock_product(&x, &v));
        near(derived.0, by_hand.0, &name);
        derived.1.iter().zip(&by_hand.1).for_each(|(a, b)| near(*a, *b, &name));
        derived.2.iter().zip(&by_hand.2).for_each(|(a, b)| near(*a, *b, &name));
        compare(
            &name,
            derived.0.into(),
            || rosenbrock::hessian_vector(black_box(&x), black_box(&v)),
            || rosenbrock_product(black_box(&x), black_box(&v)),
        );
    }
    let net = network::<T>();
    let of = |(value, w1, b1, w2, b2, w3, b3)| (value, Perceptron { w1, b1, w2, b2, w3, b3 });
    let name = format!("perceptron_1_{scalar}");
    if wanted(&name) {
        let (x, target) = (rows::<T, 16, 1>(8, 2.0), rows::<T, 4, 1>(9, 2.0));
        let derived = |net: &Perceptron<T>| {
            of(perceptron::gradient(&x[0], &target[0], &net.w1, &net.b1, &net.w2, &net.b2, &net.w3, &net.b3))
        };
        same(&derived(&net), &net.gradient(&x, &target), |a, b| near(a, b, &name));
        compare(&name, derived(&net).0.into(), || derived(black_box(&net)), || black_box(&net).gradient(&x, &target));
    }
    let name = format!("perceptron_64_{scalar}");
    if wanted(&name) {
        let (x, target) = (rows::<T, 16, 64>(8, 2.0), rows::<T, 4, 64>(9, 2.0));
        let derived = |net: &Perceptron<T>| {
            of(perceptrons::gradient(&x, &target, &net.w1, &net.b1, &net.w2, &net.b2, &net.w3, &net.b3))
        };
        same(&derived(&net), &net.gradient(&x, &target), |a, b| near(a, b, &name));
        compare(&name, derived(&net).0.into(), || derived(black_box(&net)), || black_box(&net).gradient(&x, &target));
    }
}

fn same<T: Scalar>(a: &(T, Perceptron<T>), b: &(T, Perceptron<T>), near: impl Fn(T, T)) {
    near(a.0, b.0);
    a.1.flat().into_iter().zip(b.1.flat()).for_each(|(a, b)| near(a, b));
}

/// Both in turns: blocks of about 100 microseconds.
fn compare<A, B>(name: &str, value: f64, derived: impl Fn() -> A, by_hand: impl Fn() -> B) {
    block(&derived, 100);
    let repeats = (1e5 / block(&by_hand, 100)).clamp(1.0, 1e5) as u32;
    let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..2000 {
        ours = ours.min(block(&derived, repeats));
        theirs = theirs.min(block(&by_hand, repeats));
    }
    println!("{name:<24} {ours:>12.1} {theirs:>12.1} {:>8.2}  {value:.6}", ours / theirs);
}

/// The nanoseconds of one of them.
fn block<R>(run: &impl Fn() -> R, repeats: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(run());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(repeats)
}
