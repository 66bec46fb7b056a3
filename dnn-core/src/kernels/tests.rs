//! Every kernel at every level that the machine has, against sums in f64.

use crate::kernels::level::{self, Kernel, Level};
use crate::kernels::linear::{self, Dots, Rows};
use crate::kernels::naive;
use crate::random::Rng;
use crate::scalar::Scalar;
use crate::tensor::flat;
use std::{format, println, vec, vec::Vec};

/// Numbers around the sizes of vectors, tiles and blocks.
const BATCHES: &[usize] = if cfg!(miri) { &[0, 1, 3] } else { &[0, 1, 2, 3, 5, 6, 7, 8, 17, 64] };

/// The levels that can be tested here; says which cannot.
fn levels() -> Vec<Level> {
    [Level::Portable, Level::Avx2, Level::Avx512]
        .into_iter()
        .filter(|&level| {
            let here = match (level, level::best()) {
                (Level::Avx2, best) => best != Level::Portable,
                (level, best) => level == Level::Portable || level == best,
            };
            if !here {
                println!("not tested, because this machine has no {level:?}");
            }
            here
        })
        .collect()
}

/// A computation of one product by one of the ways there are.
enum Way {
    Public,
    Naive,
    Gemm,
    At(Level),
}

fn ways() -> Vec<Way> {
    let mut ways = vec![Way::Public, Way::Naive];
    if cfg!(feature = "gemm") && !cfg!(miri) {
        ways.push(Way::Gemm);
    }
    ways.extend(levels().into_iter().map(Way::At));
    ways
}

fn random<T: Scalar>(rng: &mut Rng, count: usize) -> Vec<T> {
    (0..count).map(|_| T::uniform(rng, T::ONE)).collect()
}

/// Rows between guards of NaN.
struct Guarded<T>(Vec<T>);

impl<T: Scalar> Guarded<T> {
    const MARGIN: usize = 32;

    fn new(values: Vec<T>) -> Self {
        let margin = vec![T::from_f64(f64::NAN); Self::MARGIN];
        Guarded([margin.clone(), values, margin].concat())
    }
    fn rows<const N: usize>(&mut self) -> &mut [[T; N]] {
        let end = self.0.len() - Self::MARGIN;
        self.0[Self::MARGIN..end].as_chunks_mut().0
    }
    /// |computed - expected| <= 2 k eps sum |a| |b| for sums of k terms, and the guards are as they were.
    fn check(&self, what: &str, terms: usize, expected: impl Fn(usize) -> (f64, f64)) {
        let eps = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        let (before, rest) = self.0.split_at(Self::MARGIN);
        let (values, after) = rest.split_at(rest.len() - Self::MARGIN);
        assert!(before.iter().chain(after).all(|guard| guard.to_f64().is_nan()), "{what} writes beyond its output");
        for (n, value) in values.iter().enumerate() {
            let (sum, magnitude) = expected(n);
            let error = (value.to_f64() - sum).abs();
            assert!(error <= 2.0 * terms as f64 * eps * magnitude, "{what}: element {n} is {value}, not {sum}");
        }
    }
}

/// A sum of products and the sum of their magnitudes.
fn sum(start: f64, terms: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    terms.fold((start, start.abs()), |(sum, magnitude), (a, b)| (sum + a * b, magnitude + (a * b).abs()))
}

fn run(way: &Way, kernel: impl Kernel) {
    let Way::At(level) = way else { unreachable!() };
    // SAFETY: `levels` lists what the machine has.
    unsafe { level::run_at(*level, kernel) }
}

fn forward<T: Scalar, const I: usize, const O: usize>(rng: &mut Rng) {
    for &batch in BATCHES {
        let (x, w, bias) = (random::<T>(rng, batch * I), random::<T>(rng, O * I), random::<T>(rng, O));
        let samples = x.as_chunks::<I>().0;
        let weight: &[[T; I]; O] = w.as_chunks::<I>().0.try_into().unwrap();
        let bias: &[T; O] = bias.as_slice().try_into().unwrap();
        for way in &ways() {
            let mut y = Guarded::new(vec![T::from_f64(f64::NAN); batch * O]);
            let dots = Dots { y: y.rows(), x: samples, weight, bias };
            match way {
                Way::Public => linear::forward(dots.y, samples, weight, bias),
                Way::Naive => naive::forward(dots.y, samples, weight, bias),
                Way::Gemm => dots.gemm(),
                way => run(way, dots),
            }
            y.check(&format!("forward of {batch} x {I} x {O}"), I + 1, |n| {
                let (b, o) = (n / O, n % O);
                sum(bias[o].to_f64(), (0..I).map(|i| (x[b * I + i].to_f64(), w[o * I + i].to_f64())))
            });
        }
    }
}

fn backward<T: Scalar, const I: usize, const O: usize>(rng: &mut Rng) {
    for &batch in BATCHES {
        let (x, w) = (random::<T>(rng, batch * I), random::<T>(rng, O * I));
        let (dy, before) = (random::<T>(rng, batch * O), random::<T>(rng, O * I));
        let (samples, gradients) = (x.as_chunks::<I>().0, dy.as_chunks::<O>().0);
        let weight: &[[T; I]; O] = w.as_chunks::<I>().0.try_into().unwrap();
        for way in &ways() {
            let mut dx = Guarded::new(vec![T::from_f64(f64::NAN); batch * I]);
            let rows = Rows::<_, _, false>::new(dx.rows(), (flat(gradients), O, 1), weight);
            match way {
                Way::Public => linear::gradient_input(rows.out, gradients, weight),
                Way::Naive => naive::gradient_input(rows.out, gradients, weight),
                Way::Gemm => rows.gemm(),
                way => run(way, rows),
            }
            dx.check(&format!("dx of {batch} x {I} x {O}"), O, |n| {
                let (b, i) = (n / I, n % I);
                sum(0.0, (0..O).map(|o| (dy[b * O + o].to_f64(), w[o * I + i].to_f64())))
            });

            let mut dw = Guarded::new(before.clone());
            let rows = Rows::<_, _, true>::new(dw.rows(), (flat(gradients), 1, O), samples);
            match way {
                Way::Public => linear::gradient_weight(rows.out.try_into().unwrap(), gradients, samples),
                Way::Naive => naive::gradient_weight(rows.out.try_into().unwrap(), gradients, samples),
                Way::Gemm => rows.gemm(),
                way => run(way, rows),
            }
            dw.check(&format!("dw of {batch} x {I} x {O}"), batch + 1, |n| {
                let (o, i) = (n / I, n % I);
                sum(before[n].to_f64(), (0..batch).map(|b| (dy[b * O + o].to_f64(), x[b * I + i].to_f64())))
            });
        }
        let mut db = Guarded::new(before[..O].to_vec());
        linear::gradient_bias(&mut db.rows::<O>()[0], gradients);
        db.check(&format!("db of {batch} x {O}"), batch + 1, |o| {
            sum(before[o].to_f64(), (0..batch).map(|b| (dy[b * O + o].to_f64(), 1.0)))
        });
    }
}

/// Runs a test for every pair of sizes.
macro_rules! sizes {
    ($rng:ident, $test:ident, [$($inputs:literal)*] x $outputs:tt) => {
        $(sizes!(@ $rng, $test, $inputs x $outputs);)*
    };
    (@ $rng:ident, $test:ident, $inputs:literal x [$($outputs:literal)*]) => {$(
        $test::<f32, $inputs, $outputs>($rng);
        $test::<f64, $inputs, $outputs>($rng);
    )*};
}

// Tiles of dot products depend on the inputs and on the outputs modulo four, weighted sums of rows on the inputs: every
// size stands on either side, but every pair of sizes would take minutes to compile.
#[test]
#[cfg(not(miri))]
fn forward_equals_its_sums_around_every_block_size() {
    let rng = &mut Rng::new(1);
    sizes!(rng, forward, [1 2 3 4 5 7 8 9 15 16 17 31 32 33 64 65 100] x [7]);
    sizes!(rng, forward, [17] x [1 2 3 4 5 8 9 15 16 17 31 32 33 64 65 100]);
    sizes!(rng, forward, [8 33] x [1 2 5]);
    sizes!(rng, forward, [1367 4099] x [5]);
}

#[test]
#[cfg(not(miri))]
fn gradients_equal_their_sums_around_every_block_size() {
    let rng = &mut Rng::new(2);
    sizes!(rng, backward, [1 2 3 4 5 7 8 9 15 16 17 31 32 33 64 65 100 1024] x [17]);
    sizes!(rng, backward, [33] x [1 2 3 4 5 7 8 9 15 16 31 32 33 64 65 100]);
}

#[test]
#[cfg(miri)]
fn products_equal_their_sums() {
    let rng = &mut Rng::new(3);
    sizes!(rng, forward, [3 37] x [6]);
    sizes!(rng, backward, [3 37] x [5]);
}

#[test]
fn a_network_of_two_inputs_and_outputs_takes_the_naive_route() {
    use crate::kernels::route::*;
    assert!(!dots_by_vectors(2, 2) && !dots_by_gemm(2, 2) && !rows_by_vectors(2, 2) && !rows_by_gemm::<f32>(2, 2));
}
