//! Every kernel at every level that the machine has, against sums in f64; with the feature `deterministic`, against the bits
//! of sums in order too.

use crate::kernels::blocks::Large;
use crate::kernels::level::{self, Kernel, Level};
use crate::kernels::linear::{self, Dots, Rows};
use crate::kernels::{naive, scalar};
use crate::random::{Generator, Rng};
use crate::scalar::Scalar;
use std::{format, println, string::String, vec, vec::Vec};

const BATCHES: &[usize] = if cfg!(miri) { &[0, 1, 3] } else { &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 64] };

/// The levels that can be tested here; says which cannot.
pub(super) fn levels() -> Vec<Level> {
    let of_target: &[Level] =
        if cfg!(target_arch = "aarch64") { &[Level::Neon] } else { &[Level::Avx2, Level::Avx512] };
    let here = |level: &Level| {
        let here = match (*level, level::best()) {
            (Level::Avx2, Level::Avx512) => true,
            (level, best) => level == best,
        };
        if !here {
            println!("not tested, because this machine has no {level:?}");
        }
        here
    };
    core::iter::once(Level::Portable).chain(of_target.iter().copied().filter(here)).collect()
}

/// How many shapes the tests of wide shapes draw: `DNN_SHAPES`, or none. Outputs are allocations of their own then, so that
/// AddressSanitizer sees their ends.
pub(super) fn shapes() -> Option<u64> {
    let shapes = std::env::var("DNN_SHAPES").ok()?;
    Some(shapes.parse().expect("`DNN_SHAPES` is a number"))
}

/// NaN before and behind an output: so many, and none where an allocation has its own guards.
pub(super) fn margin() -> usize {
    if shapes().is_some() { 0 } else { 32 }
}

/// The ways that take any lengths.
fn ways() -> Vec<Way> {
    let gemm =
        if cfg!(all(feature = "gemm", not(feature = "deterministic"), not(miri))) { Some(Way::Gemm) } else { None };
    levels().into_iter().map(Way::At).chain(gemm).collect()
}

/// A computation of one product.
#[derive(Debug)]
enum Way {
    Gemm,
    At(Level),
}

impl Way {
    fn run<K>(&self, mut kernel: K, gemm: fn(&mut K))
    where
        for<'k> Large<'k, K>: Kernel,
    {
        match self {
            Way::Gemm => gemm(&mut kernel),
            // SAFETY: `levels` lists what the machine has.
            Way::At(level) => unsafe { level::run_at(*level, &mut Large(&mut kernel)) },
        }
    }
}

fn random<T: Scalar>(rng: &mut Rng, count: usize) -> Vec<T> {
    (0..count).map(|_| T::uniform(rng, T::ONE)).collect()
}

/// Sums of products and the sums of their magnitudes, and the sums as the type itself rounds them, term after term.
struct Sums<T> {
    terms: usize,
    sums: Vec<(f64, f64, T)>,
}

impl<T: Scalar> Sums<T> {
    /// Of every row and column, with what is there before.
    fn new([rows, terms, columns]: [usize; 3], before: &[T], pair: impl Fn(usize, usize, usize) -> (T, T)) -> Sums<T> {
        let mut sums = Vec::new();
        for r in 0..rows {
            for c in 0..columns {
                let mut rounded = *before.get(r * columns + c).unwrap_or(&T::ZERO);
                let (mut sum, mut magnitude) = (rounded.to_f64(), rounded.to_f64().abs());
                for k in 0..terms {
                    let (a, b) = pair(r, k, c);
                    let product = a.to_f64() * b.to_f64();
                    (sum, magnitude) = (sum + product, magnitude + product.abs());
                    rounded += a * b;
                }
                sums.push((sum, magnitude, rounded));
            }
        }
        Sums { terms: terms + 1, sums }
    }

    /// What `compute` leaves between guards of NaN, where `before` was, differs by at most 2 k eps sum |a| |b| for sums of
    /// k terms, and the guards are as they were.
    fn check(&self, before: &[T], compute: impl FnOnce(&mut [T]), what: &dyn Fn() -> String) {
        let (nan, margin) = (T::from_f64(f64::NAN), margin());
        let mut guarded = vec![nan; self.sums.len() + 2 * margin];
        let values = margin..margin + self.sums.len();
        if !before.is_empty() {
            guarded[values.clone()].copy_from_slice(before);
        }
        compute(&mut guarded[values.clone()]);
        let eps = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        for (value, (sum, magnitude, rounded)) in guarded[values.clone()].iter().zip(&self.sums) {
            let bound = 2.0 * self.terms as f64 * eps * magnitude;
            assert!((value.to_f64() - sum).abs() <= bound, "{}: {value} and not {sum}", what());
            if cfg!(feature = "deterministic") {
                let same = value.to_f64().to_bits() == rounded.to_f64().to_bits();
                assert!(same, "{}: {value} and not {rounded}", what());
            }
        }
        let mut guards = guarded[..values.start].iter().chain(&guarded[values.end..]);
        assert!(guards.all(|guard| guard.to_f64().is_nan()), "{} writes beyond its output", what());
    }
}

/// The three products of one shape, for some samples, by what `compute` does with `Dots` and `Rows`.
struct Case<T> {
    shape: [usize; 3],
    x: Vec<T>,
    weight: Vec<T>,
    bias: Vec<T>,
    dy: Vec<T>,
    gradient: Vec<T>,
    y: Sums<T>,
    dx: Sums<T>,
    dweight: Sums<T>,
}

impl<T: Scalar> Case<T> {
    fn new(rng: &mut Rng, shape: [usize; 3]) -> Self {
        let [samples, outputs, inputs] = shape;
        let [x, weight, dy, gradient] = [samples * inputs, outputs * inputs, samples * outputs, outputs * inputs]
            .map(|length| random::<T>(rng, length));
        let bias = random::<T>(rng, [outputs, 1, 0][(samples + inputs) % 3]);
        let before: Vec<T> = match *bias {
            [] => Vec::new(),
            [shared] => vec![shared; samples * outputs],
            _ => bias.repeat(samples),
        };
        let y = Sums::new([samples, inputs, outputs], &before, |b, i, o| (x[b * inputs + i], weight[o * inputs + i]));
        let dx = Sums::new([samples, outputs, inputs], &[], |b, o, i| (dy[b * outputs + o], weight[o * inputs + i]));
        let dweight =
            Sums::new([outputs, samples, inputs], &gradient, |o, b, i| (dy[b * outputs + o], x[b * inputs + i]));
        Case { shape, x, weight, bias, dy, gradient, y, dx, dweight }
    }

    fn run(&self, way: &Way) {
        let [samples, outputs, inputs] = self.shape;
        let Case { x, weight, bias, dy, .. } = self;
        let forward = |y: &mut [T]| way.run(Dots::new(y, x, weight, bias, self.shape), Dots::gemm);
        self.y.check(&[], forward, &|| format!("forward of {:?} by {way:?}", self.shape));
        let shape = [samples, outputs, inputs];
        let gradient_input = |dx: &mut [T]| way.run(Rows::of_product(dx, dy, weight, shape), Rows::gemm);
        self.dx.check(&[], gradient_input, &|| format!("dx of {:?} by {way:?}", self.shape));
        let shape = [outputs, samples, inputs];
        let gradient_weight = |dweight: &mut [T]| way.run(Rows::of_gradient(dweight, dy, x, shape), Rows::gemm);
        self.dweight.check(&self.gradient, gradient_weight, &|| format!("dw of {:?} by {way:?}", self.shape));
    }
}

/// The products of all pairs of inputs and outputs, by every way that takes any lengths.
fn check(seed: u64, inputs: &[usize], outputs: &[usize], batches: &[usize]) {
    let (rng, ways) = (&mut Rng::new(seed), ways());
    for &inputs in inputs {
        for &outputs in outputs {
            for &samples in batches {
                let (single, double) = (
                    Case::<f32>::new(rng, [samples, outputs, inputs]),
                    Case::<f64>::new(rng, [samples, outputs, inputs]),
                );
                for way in &ways {
                    single.run(way);
                    double.run(way);
                }
            }
        }
    }
}

const SMALL: &[usize] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
/// Around multiples of vectors, and the lengths at which kernels change their ways.
const EDGES: &[usize] = &[31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129];

#[test]
#[cfg(not(miri))]
fn small_products_equal_their_sums() {
    check(1, SMALL, SMALL, BATCHES);
}

#[test]
#[cfg(not(miri))]
fn products_around_every_block_size_equal_their_sums() {
    check(2, EDGES, &[1, 2, 3, 4, 17], BATCHES);
    check(3, &[5, 16, 33], EDGES, BATCHES);
    check(4, &[255, 256, 257, 511, 682, 1024, 1367, 4099], &[3, 5], &[1, 2, 3, 4, 6, 17]);
}

#[test]
#[cfg(not(miri))]
fn products_in_blocks_equal_their_sums() {
    check(8, &[1024], &[65], &[66]);
    check(9, &[302], &[1024], &[50]);
    check(10, &[1024], &[270], &[17]);
    check(11, &[1024], &[17], &[260]);
}

/// As many as `DNN_SHAPES` says, or three.
#[test]
#[cfg(not(miri))]
fn random_products_equal_their_sums() {
    let rng = &mut Rng::new(12);
    for case in 0..shapes().unwrap_or(3) {
        let mut shape = [40, 300, 300].map(|most| 1 + rng.below(most) as usize);
        if case % 8 == 7 {
            shape[case as usize / 8 % 3] += 1 + rng.below(1400) as usize;
        }
        let [samples, outputs, inputs] = shape;
        check(case, &[inputs], &[outputs], &[samples]);
    }
}

#[test]
#[cfg(miri)]
fn products_equal_their_sums() {
    check(5, &[3, 37], &[5, 6], BATCHES);
    check(6, &[65], &[1], &[1, 4]);
}

/// Outputs of samples and of weights that begin `apart` scalars behind a line of the cache.
#[cfg(not(miri))]
fn outputs_at<T: Scalar>(level: Level, apart: [usize; 2], case: &Case<T>) -> Vec<T> {
    let copy = |scalars: &[T], apart: usize| {
        let mut copy = vec![T::ZERO; scalars.len() + 32];
        let line = copy.as_ptr().align_offset(64);
        copy[line + apart..][..scalars.len()].copy_from_slice(scalars);
        (copy, line + apart..line + apart + scalars.len())
    };
    let ((x, of_x), (weight, of_weight)) = (copy(&case.x, apart[0]), copy(&case.weight, apart[1]));
    let mut y = vec![T::ZERO; case.shape[0] * case.shape[1]];
    let mut dots = Dots::new(&mut y, &x[of_x], &weight[of_weight], &case.bias, case.shape);
    // SAFETY: `levels` lists what the machine has.
    unsafe { level::run_at(level, &mut dots) };
    y
}

#[test]
#[cfg(not(miri))]
fn outputs_have_the_same_bits_wherever_samples_and_weights_lie() {
    fn same<T: Scalar>(rng: &mut Rng, shape: [usize; 3]) {
        let case = Case::<T>::new(rng, shape);
        for level in levels() {
            let want = outputs_at(level, [0, 0], &case);
            case.y.check(&[], |y| y.copy_from_slice(&want), &|| format!("forward of {shape:?} at {level:?}"));
            for apart in [[1, 0], [0, 3], [2, 7], [4, 4], [7, 6], [5, 1]] {
                assert_eq!(outputs_at(level, apart, &case), want, "{shape:?} at {level:?}, {apart:?} apart");
            }
        }
    }
    let rng = &mut Rng::new(10);
    let one =
        [144, 159, 256, 272, 279, 288, 305, 319, 330, 340, 352, 370, 384, 399, 784, 5000].map(|inputs| [1, 5, inputs]);
    // Around the longest sample that is copied, by a vector of f64 and one of f32.
    let longest = [2031, 2032, 2033, 2040, 4063, 4064, 4065, 4080, 4096].map(|inputs| [1, 3, inputs]);
    for shape in one.into_iter().chain(longest).chain([[5, 64, 33], [13, 70, 300], [6, 64, 1400]]) {
        same::<f32>(rng, shape);
        same::<f64>(rng, shape);
    }
}

/// The functions that layers call, by whatever route the shape takes, and those of targets without vectors.
fn typed<T: Scalar, const I: usize, const O: usize>() {
    let rng = &mut Rng::new(7);
    for &samples in BATCHES {
        let case = Case::<T>::new(rng, [samples, O, I]);
        let bias: [T; O] =
            core::array::from_fn(|o| *case.bias.get(if case.bias.len() == 1 { 0 } else { o }).unwrap_or(&T::ZERO));
        let (x, dy): (&[[T; I]], &[[T; O]]) = (case.x.as_chunks().0, case.dy.as_chunks().0);
        let weight: &[[T; I]; O] = case.weight.as_chunks().0.try_into().unwrap();
        let what = |product| move || format!("{product} of {samples} x {I} x {O}");
        case.y.check(&[], |y| linear::forward(y.as_chunks_mut().0, x, weight, &bias), &what("forward"));
        case.y.check(&[], |y| naive::forward(y.as_chunks_mut().0, x, weight, &bias), &what("naive forward"));
        let shape = [samples, O, I];
        let Case { x: xs, weight: ws, bias: bs, dy: dys, .. } = &case;
        case.y.check(&[], |y| scalar::forward(y, xs, ws, bs, shape), &what("scalar forward"));
        case.dx.check(&[], |dx| linear::gradient_input(dx.as_chunks_mut().0, dy, weight, false), &what("dx"));
        case.dx.check(&[], |dx| naive::gradient_input(dx.as_chunks_mut().0, dy, weight, false), &what("naive dx"));
        let zeros = vec![T::ZERO; samples * I];
        case.dx.check(&zeros, |dx| scalar::gradient_input(dx, dys, ws, shape), &what("scalar dx"));
        fn rows<T, const I: usize, const O: usize>(dw: &mut [T]) -> &mut [[T; I]; O] {
            dw.as_chunks_mut().0.try_into().unwrap()
        }
        case.dweight.check(&case.gradient, |dw| linear::gradient_weight(rows(dw), dy, x, true), &what("dw"));
        case.dweight.check(&case.gradient, |dw| naive::gradient_weight(rows(dw), dy, x), &what("naive dw"));
        case.dweight.check(&case.gradient, |dw| scalar::gradient_weight(dw, dys, xs, shape), &what("scalar dw"));
        let sums = Sums::new([1, samples, O], &bias, |_, b, o| (case.dy[b * O + o], T::ONE));
        let add = |db: &mut [T]| linear::gradient_bias::<T, O>(<&mut [T; O]>::try_from(db).unwrap(), dy, true);
        sums.check(&bias, add, &what("db"));
    }
}

#[test]
fn layers_take_every_route() {
    typed::<f32, 2, 2>();
    typed::<f64, 3, 5>();
    typed::<f32, 3, 33>();
    typed::<f32, 7, 10>();
    typed::<f64, 9, 8>();
    typed::<f32, 17, 13>();
    if !cfg!(miri) {
        typed::<f32, 33, 64>();
        typed::<f32, 1024, 17>();
        typed::<f64, 512, 16>();
    }
}

#[test]
fn a_network_of_two_inputs_and_outputs_takes_the_naive_route() {
    use crate::kernels::route::*;
    assert!(!dots_by_vectors(2, 2) && !dots_by_gemm(2, 2) && !rows_by_vectors(2, 2) && !rows_by_gemm(2, 2));
}
