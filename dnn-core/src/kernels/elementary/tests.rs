//! Errors of the functions against those of `f64`, at every level of the machine.

extern crate std;
use super::{Function, Map, Powers, powers};
use crate::kernels::level::{Kernel, Level, Vector, run_at};
use crate::kernels::tests::levels;
use crate::scalar::Scalar;
use std::vec::Vec;

/// The function of every number, at a level.
fn at<T: Scalar>(level: Level, function: Function, x: &[T]) -> Vec<T> {
    let mut y = x.to_vec();
    // SAFETY: `levels` lists what the machine has.
    unsafe { run_at(level, &mut Map { function, x: &mut y }) }
    y
}

/// One function of a vector, which no layer may take by itself, of every number.
macro_rules! by_themselves {
    ($($name:ident)*) => {$(
        fn $name<T: Scalar>(level: Level, x: &[T]) -> Vec<T> {
            struct Whole<'a, T>(&'a mut [T]);
            impl<T: Scalar> Kernel for Whole<'_, T> {
                type Scalar = T;
                unsafe fn run<V: Vector<T>>(&mut self) {
                    // SAFETY: as of this function.
                    unsafe { each!(self.0, |v: V| v.$name()) }
                }
            }
            let mut y = x.to_vec();
            // SAFETY: as of `at`.
            unsafe { run_at(level, &mut Whole(&mut y)) }
            y
        }
    )*};
}
by_themselves! { exp exp_m1 ln ln_1p erf }

/// The distance in units of the last place of the number that is wanted; those of numbers that are not normal are the least.
fn ulps(found: f32, wanted: f64) -> f64 {
    let binade = f64::from_bits(wanted.abs().max(f32::MIN_POSITIVE.into()).to_bits() & (0xFFF << 52));
    let same = found == wanted as f32 || found.is_nan() && wanted.is_nan();
    if same { 0.0 } else { (f64::from(found) - wanted).abs() / (binade * f64::from(f32::EPSILON)) }
}

/// Numbers of every sign, exponent and many mantissas: zeros, infinities, NaN and numbers that are not normal among them. Each of
/// `parts` has its own.
/// `DNN_EVERY` takes the place of the step from one to the next: 1 for all that there are.
fn sweep(part: usize, parts: usize) -> impl Iterator<Item = f32> {
    let every: usize = std::env::var("DNN_EVERY")
        .map_or(if cfg!(miri) { 40_000_003 } else { 16_411 }, |every| every.parse().expect("`DNN_EVERY` is a number"));
    let borders = [
        88.722_84,
        88.722_83,
        89.0,
        -87.336_55,
        -103.278_93,
        -103.972_08,
        -104.0,
        -105.0,
        0.625,
        0.624_999_94,
        9.010_914,
        10.0,
    ]
    .into_iter()
    .flat_map(|x: f32| [x, -x]);
    let ends = [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -0.0, 1e-45].into_iter().chain(borders);
    (part as u64 * every as u64..1 << 32)
        .step_by(every * parts)
        .map(|bits| f32::from_bits(bits as u32))
        .chain(ends.take(if part == 0 { usize::MAX } else { 0 }))
}

/// The largest error at each level, and the number where it is: of what `error` says of a number, its value at that level and the
/// value that is wanted. All numbers go by parts to as many threads as the machine has.
pub(super) fn largest_errors(
    function: impl Fn(Level, &[f32]) -> Vec<f32> + Sync,
    wanted: impl Fn(f32) -> f64 + Sync,
    error: impl Fn(f32, f32, f64) -> f64 + Sync,
) -> [(f64, f32); 5] {
    let more = |largest: &mut (f64, f32), error: f64, x: f32| {
        if error > largest.0 || error.is_nan() {
            *largest = (error, x);
        }
    };
    let levels = levels();
    let of_part = |part: usize, parts: usize| {
        let mut largest = [(0.0, 0.0); 5];
        let mut sweep = sweep(part, parts);
        loop {
            let x: Vec<f32> = sweep.by_ref().take(1000).collect(); // the last vector is not full
            if x.is_empty() {
                return largest;
            }
            let wanted: Vec<f64> = x.iter().map(|x| wanted(*x)).collect();
            for &level in &levels {
                for ((x, y), wanted) in x.iter().zip(function(level, &x)).zip(&wanted) {
                    more(&mut largest[level as usize], error(*x, y, *wanted), *x);
                }
            }
        }
    };
    let parts = if cfg!(miri) { 1 } else { std::thread::available_parallelism().map_or(1, |parts| parts.get()) };
    let mut largest = [(0.0, 0.0); 5];
    std::thread::scope(|scope| {
        let of_part = &of_part;
        let threads: Vec<_> = (0..parts).map(|part| scope.spawn(move || of_part(part, parts))).collect();
        for found in
            threads.into_iter().flat_map(|thread| thread.join().expect("a part has its errors").into_iter().enumerate())
        {
            let (level, (error, x)) = found;
            more(&mut largest[level], error, x);
        }
    });
    largest
}

#[test]
fn errors_of_single_precision_are_those_that_are_stated() {
    type Case = (&'static str, fn(Level, &[f32]) -> Vec<f32>, fn(f64) -> f64, f64);
    let cases: [Case; 7] = [
        ("exp", exp, f64::exp, 1.28),
        ("sigmoid", |level, x| at(level, Function::Sigmoid, x), |x| 1.0 / (1.0 + (-x).exp()), 2.41),
        ("tanh", |level, x| at(level, Function::Tanh, x), f64::tanh, 1.23),
        ("exp_m1", exp_m1, f64::exp_m1, 1.77),
        ("ln", ln, f64::ln, 0.97),
        ("ln_1p", ln_1p, f64::ln_1p, 1.0),
        ("erf", erf, Scalar::erf, 1.1),
    ];
    let only = std::env::var("DNN_FUNCTION").ok(); // of a sweep that takes long
    // The others are those of `math/own.rs` there, which states errors of its own.
    let stated = if cfg!(feature = "deterministic") { 3 } else { cases.len() };
    for (name, function, reference, bound) in
        cases.into_iter().take(stated).filter(|case| only.as_ref().is_none_or(|only| only == case.0))
    {
        let largest = largest_errors(function, |x| reference(f64::from(x)), |_, y, wanted| ulps(y, wanted));
        for level in levels() {
            std::println!("{name}, {level:?}: {:?}", largest[level as usize]);
        }
        for level in levels() {
            let (error, x) = largest[level as usize];
            assert!(error <= bound, "{level:?}: {name}({x:e}) errs by {error} ulp");
        }
    }
}

/// What a number has that is special, every function has.
#[test]
#[cfg(not(feature = "deterministic"))]
fn ends_of_the_number_line_are_exact() {
    let inf = f32::INFINITY;
    let tiny = f32::from_bits(1);
    for level in levels() {
        let same = |name: &str, found: Vec<f32>, wanted: &[f32]| {
            let bits = |x: &[f32]| x.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(wanted), "{level:?}: {name} gives {found:?}, not {wanted:?}");
        };
        let x = [0.0, -0.0, inf, -inf, f32::NAN, tiny, -tiny, -1.0, f32::MIN, f32::MAX];
        let nan = f32::NAN;
        let f = |f: fn(f64) -> f64, x: f32| f(x.into()) as f32;
        same("exp_m1", exp_m1(level, &x), &[0.0, -0.0, inf, -1.0, nan, tiny, -tiny, f(f64::exp_m1, -1.0), -1.0, inf]);
        same("ln", ln(level, &x), &[-inf, -inf, inf, nan, nan, f(f64::ln, tiny), nan, nan, nan, f(f64::ln, f32::MAX)]);
        same("ln_1p", ln_1p(level, &x), &[0.0, -0.0, inf, nan, nan, tiny, -tiny, -inf, nan, f(f64::ln_1p, f32::MAX)]);
        same("erf", erf(level, &x), &[0.0, -0.0, 1.0, -1.0, nan, tiny, -tiny, -f(Scalar::erf, 1.0), -1.0, 1.0]);
        same("ln", ln(level, &[1.0, 2.0, 0.5]), &[0.0, core::f32::consts::LN_2, -core::f32::consts::LN_2]);
    }
}

#[test]
fn the_place_in_a_vector_changes_nothing() {
    let x: Vec<f32> = (0..40).map(|i| (i as f32 - 20.0) * 0.37).collect();
    for level in levels() {
        for function in [Function::Sigmoid, Function::Tanh] {
            let all = at(level, function, &x);
            for from in 0..x.len() {
                for to in from..=x.len() {
                    assert_eq!(at(level, function, &x[from..to]), all[from..to], "{level:?}: {function:?}");
                }
            }
            let alone: Vec<f32> = x.iter().map(|x| function.of(*x)).collect();
            if level == Level::Portable || cfg!(feature = "deterministic") {
                assert_eq!(all, alone, "{level:?}: {function:?}");
            }
        }
    }
}

#[test]
#[cfg(all(target_arch = "x86_64", not(miri), not(feature = "deterministic")))]
fn a_few_numbers_have_the_bits_of_each_by_itself() {
    let x: Vec<f32> = (0..11).map(|i| (i as f32 - 5.0) * 0.37).collect();
    for function in [Function::Sigmoid, Function::Tanh] {
        let alone: Vec<f32> = x.iter().map(|x| function.of(*x)).collect();
        for n in 0..=x.len() {
            let mut y = x.clone();
            super::few::few(function, &mut y[..n]);
            assert_eq!((&y[..n], &y[n..]), (&alone[..n], &x[n..]), "{function:?} of {n}");
        }
    }
}

#[test]
fn double_precision_has_the_functions_of_the_scalar() {
    let x: Vec<f64> = (0..40).map(|i| (f64::from(i) - 20.0) * 0.37).chain([f64::NEG_INFINITY, -0.0]).collect();
    for level in levels() {
        for function in [Function::Sigmoid, Function::Tanh] {
            assert_eq!(at(level, function, &x), x.iter().map(|x| function.of(*x)).collect::<Vec<_>>(), "{level:?}");
        }
        assert_eq!(exp(level, &x), x.iter().map(|x| Scalar::exp(*x)).collect::<Vec<_>>(), "{level:?}");
        let positive: Vec<f64> = x.iter().map(|x| x.abs()).collect();
        assert_eq!(ln(level, &positive), positive.iter().map(|x| Scalar::ln(*x)).collect::<Vec<_>>(), "{level:?}");
    }
}

#[test]
fn powers_are_shifted_by_the_largest_and_summed() {
    fn check<const N: usize>() {
        let from: [f32; N] = core::array::from_fn(|i| ((i * 7 + 3) % N) as f32 * 0.25 - 3.0);
        let mut to = [9.0; N];
        let (largest, sum) = powers(&mut to, &from);
        assert_eq!(largest, (N - 1) as f32 * 0.25 - 3.0, "{N}");
        let wanted = from.map(|x| f64::from(x - largest).exp());
        assert!(to.iter().zip(wanted).all(|(to, wanted)| ulps(*to, wanted) <= 1.26), "{N}");
        let wanted: f64 = wanted.iter().sum();
        assert!((f64::from(sum) - wanted).abs() <= 1e-6 * wanted, "{N}: {sum}, not {wanted}");
    }
    check::<1>();
    check::<6>();
    check::<8>();
    check::<10>();
    check::<16>();
    check::<33>();
}

#[test]
fn the_largest_passes_over_a_nan_wherever_it_stands() {
    for level in levels() {
        for n in [1, 8, 17, 40] {
            for nan in 0..n {
                let mut x: Vec<f32> = (0..n).map(|i| i as f32).collect();
                x[nan] = f32::NAN;
                let mut powers = Powers { x: &mut x, largest: 9.0, sum: 9.0 };
                // SAFETY: `levels` lists what the machine has.
                unsafe { run_at(level, &mut powers) };
                let wanted = (0..n).filter(|i| *i != nan).max().map_or(f32::NEG_INFINITY, |i| i as f32);
                assert!(powers.largest == wanted && powers.sum.is_nan(), "{level:?}: {n}, {nan}");
            }
        }
    }
}
