//! Formulas at every level against those of a number by itself, and against `f64`.

extern crate std;
use super::super::tests::largest_errors;
use super::*;
use crate::kernels::level::{Level, run_at};
use crate::kernels::tests::levels;
use crate::layers::Approximate;
use std::vec::Vec;

const TANH: Gelu = Gelu { approximate: Approximate::Tanh };

/// Calls a function for every formula.
macro_rules! every {
    ($check:ident) => {
        $check("Celu", Celu { alpha: 0.75 });
        $check("Elu", Elu { alpha: 1.5 });
        $check("Gelu", Gelu::default());
        $check("Gelu of tanh", TANH);
        $check("Mish", Mish);
        $check("Selu", Selu);
        $check("Silu", Silu);
        $check("Softplus", Softplus { beta: 2.0, threshold: 6.0 });
    };
}

fn values<F: Formula>(level: Level, formula: F, x: &[f32]) -> Vec<f32> {
    let mut y = x.to_vec();
    // SAFETY: `levels` lists what the machine has.
    unsafe { run_at(level, &mut Values { formula, x: &mut y }) }
    y
}

fn pulls<F: Formula>(level: Level, formula: F, kept: &[f32], dy: &[f32]) -> Vec<f32> {
    let mut dx = dy.to_vec();
    // SAFETY: as of `values`.
    unsafe { run_at(level, &mut Pulls { formula, kept, dy: &mut dx }) }
    dx
}

fn losses<L: Loss>(level: Level, loss: L, y: &[f32], target: &[f32]) -> (f32, Vec<f32>) {
    let mut dy = std::vec![9.0; y.len()];
    let mut losses = Losses { loss, y, target, dy: &mut dy, sum: 9.0 };
    // SAFETY: as of `values`.
    unsafe { run_at(level, &mut losses) }
    (losses.sum, dy)
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| if x.is_nan() { u32::MAX } else { x.to_bits() }).collect()
}

/// Equal, or as near as rounding once instead of twice makes it.
fn near(found: f32, wanted: f32, size: f32) -> bool {
    found == wanted
        || found.is_nan() && wanted.is_nan()
        || (found - wanted).abs() <= 1e-6 * size.abs().max(wanted.abs())
}

#[test]
fn every_length_has_the_bits_of_each_element_by_itself() {
    fn check<F: Formula>(name: &str, formula: F) {
        let x: Vec<f32> = (0..40).map(|i| (i as f32 - 19.0) * 0.37).collect();
        let dy: Vec<f32> = (0..40).map(|i| (i as f32 - 7.0) * 0.83).collect();
        for level in levels() {
            let alone: Vec<f32> = x.iter().flat_map(|x| values(level, formula, &[*x])).collect();
            let back: Vec<f32> = x.iter().zip(&dy).flat_map(|(x, dy)| pulls(level, formula, &[*x], &[*dy])).collect();
            for n in 0..=40 {
                assert_eq!(values(level, formula, &x[..n]), alone[..n], "{name}, {level:?}");
                assert_eq!(pulls(level, formula, &x[..n], &dy[..n]), back[..n], "{name}, {level:?}");
            }
            for (((x, dy), y), dx) in x.iter().zip(&dy).zip(alone).zip(back) {
                let (wanted, slope) = (formula.value(*x), formula.pull(*dy, *x));
                assert!(
                    near(y, wanted, *x) && near(dx, slope, *dy),
                    "{name}, {level:?}: {x}: {y}, {wanted}; {dx}, {slope}"
                );
                if level == Level::Portable {
                    assert_eq!((y, dx), (wanted, slope), "{name}");
                }
            }
        }
    }
    every!(check);
}

#[test]
fn the_ends_of_the_number_line_are_those_of_a_number_by_itself() {
    fn check<F: Formula>(name: &str, formula: F) {
        let tiny = f32::from_bits(1);
        let x = [
            0.0,
            -0.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            f32::MAX,
            f32::MIN,
            tiny,
            -tiny,
            88.8,
            -88.8,
            -104.5,
        ];
        let wanted = x.map(|x| formula.value(x));
        let slopes = x.map(|x| formula.pull(3.0, x));
        for level in levels() {
            assert_eq!(bits(&values(level, formula, &x)), bits(&wanted), "{name}, {level:?}: {wanted:?}");
            let found = pulls(level, formula, &x, &[3.0; 12]);
            assert!(
                found.iter().zip(slopes).all(|(a, b)| near(*a, b, 3.0)),
                "{name}, {level:?}: {found:?}, {slopes:?}"
            );
        }
    }
    every!(check);
}

#[test]
fn losses_of_every_length_are_those_of_their_elements() {
    fn check<L: Loss>(name: &str, loss: L, y: &[f32]) {
        let t: Vec<f32> = (0..70).map(|i| [0.0, 1.0, 0.25][i % 3]).collect();
        for level in levels() {
            for n in (0..=40).chain([64, 65, 70]) {
                let (sum, dy) = losses(level, loss, &y[..n], &t[..n]);
                let alone: Vec<_> = (0..n).map(|i| losses(level, loss, &y[i..=i], &t[i..=i])).collect();
                assert_eq!(dy, alone.iter().map(|(_, dy)| dy[0]).collect::<Vec<_>>(), "{name}, {level:?}");
                let wanted: f64 = alone.iter().map(|(loss, _)| f64::from(*loss)).sum();
                assert!((f64::from(sum) - wanted).abs() <= 1e-6 * wanted, "{name}, {level:?}: {sum}, not {wanted}");
                let mut blocks = std::vec![9.0; n];
                let sum = sum_by_blocks(loss, &y[..n], &t[..n], &mut blocks);
                assert!((f64::from(sum) - wanted).abs() <= 1e-6 * wanted, "{name}, blocks: {sum}, not {wanted}");
                assert!(level != Level::Portable || blocks == dy, "{name}, blocks");
                for ((y, t), (found, dy)) in y.iter().zip(&t).zip(alone) {
                    let (wanted, slope) = loss.element(*y, *t);
                    assert!(near(found, wanted, 1.0) && near(dy[0], slope, 1.0), "{name}, {level:?}: {y}, {t}");
                }
            }
        }
    }
    let logits: Vec<f32> = (0..70).map(|i| (i as f32 - 34.0) * 0.47).collect();
    check("BceWithLogits", BceWithLogits, &logits);
    let probabilities: Vec<f32> = (0..70).map(|i| i as f32 / 69.0).collect();
    check("Bce", Bce, &probabilities);
}

/// The largest error, in units of the last place of what `size` says: an argument or a value.
fn errs<F: Formula + Sync>(name: &str, formula: F, size: fn(f32, f64) -> f64, bound: f64) {
    let error = |x: f32, y: f32, wanted: f64| {
        // Where e^-|x| is not normal, it has fewer places.
        let size = size(x, wanted).abs().max(1e-36);
        let place = f64::from_bits(size.to_bits() & (0xFFF << 52)) * f64::from(f32::EPSILON);
        if x.is_finite() { (f64::from(y) - wanted).abs() / place } else { 0.0 }
    };
    let wanted = |x: f32| formula.value(f64::from(x));
    let largest = largest_errors(|level, x| values(level, formula, x), wanted, error);
    for level in levels() {
        std::println!("{name}, {level:?}: {:?}", largest[level as usize]);
    }
    for level in levels() {
        let (error, x) = largest[level as usize];
        assert!(error <= bound, "{level:?}: {name}({x:e}) errs by {error}");
    }
}

#[test]
fn errors_of_single_precision_are_those_that_are_stated() {
    errs("Softplus", Softplus::default(), |_, y| y, 2.0);
    errs("Elu", Elu::default(), |_, y| y, 1.77);
    errs("Silu", Silu, |_, y| y, 3.0);
    errs("Mish", Mish, |_, y| y, 5.0);
    // Where 1 + erf or 1 + tanh cancel, the error is a part of x.
    errs("Gelu", Gelu::default(), |x, _| x.into(), 1.5);
    errs("Gelu of tanh", TANH, |x, _| x.into(), 1.5);
}
