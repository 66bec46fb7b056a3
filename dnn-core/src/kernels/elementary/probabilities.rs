//! y[i] = e^(x[i] - m) / sum over k of e^(x[k] - m) with m the largest x[i], its logarithm, and their gradients.
//!
//! With the feature `deterministic` sums are made one after the other, and only the first of these has vectors.

#[cfg(not(feature = "deterministic"))]
use super::first;
use super::{largest, sum};
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// x[i] = e^(x[i] - m) / sum over k of e^(x[k] - m)
pub struct Probabilities<'a, T>(pub &'a mut [T]);

impl<T: Scalar> Kernel for Probabilities<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            let shift = V::splat(largest::<T, V>(self.0));
            each!(self.0, |v: V| v.sub(shift).exp());
            let sum = V::splat(sum::<T, V>(self.0));
            each!(self.0, |v: V| v.div(sum));
        }
    }
}

/// x[i] = (x[i] - m) - ln sum over k of e^(x[k] - m)
#[cfg(not(feature = "deterministic"))]
pub struct LogProbabilities<'a, T>(pub &'a mut [T]);

#[cfg(not(feature = "deterministic"))]
impl<T: Scalar> Kernel for LogProbabilities<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            let shift = V::splat(largest::<T, V>(self.0));
            each!(self.0, |v: V| v.sub(shift));
            let (x, len, zero) = (self.0.as_ptr(), self.0.len(), V::splat(T::ZERO));
            let mut sum = zero;
            along!(V, len, |i, lanes| {
                sum = sum.add(first::<T, V>(V::load(x.add(i), lanes).exp(), lanes));
            });
            let log_sum = V::splat(V::sums([sum, zero, zero, zero])[0].ln());
            each!(self.0, |v: V| v.sub(log_sum));
        }
    }
}

/// d[i] = y[i] (d[i] - sum over k of d[k] y[k])
#[cfg(not(feature = "deterministic"))]
pub struct ProbabilitiesBack<'a, T> {
    pub y: &'a [T],
    pub d: &'a mut [T],
}

#[cfg(not(feature = "deterministic"))]
impl<T: Scalar> Kernel for ProbabilitiesBack<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            let (y, d, len) = (self.y.as_ptr(), self.d.as_mut_ptr(), self.y.len().min(self.d.len()));
            let (zero, mut sum) = (V::splat(T::ZERO), V::splat(T::ZERO));
            along!(V, len, |i, lanes| {
                sum = V::load(y.add(i), lanes).mul_add(V::load(d.add(i), lanes), sum);
            });
            let sum = V::splat(V::sums([sum, zero, zero, zero])[0]);
            along!(V, len, |i, lanes| {
                V::load(y.add(i), lanes).mul(V::load(d.add(i), lanes).sub(sum)).store(d.add(i), lanes);
            });
        }
    }
}

/// d[i] -= e^y[i] sum over k of d[k]
#[cfg(not(feature = "deterministic"))]
pub struct LogProbabilitiesBack<'a, T> {
    pub y: &'a [T],
    pub d: &'a mut [T],
}

#[cfg(not(feature = "deterministic"))]
impl<T: Scalar> Kernel for LogProbabilitiesBack<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            let sum = V::splat(sum::<T, V>(self.d));
            let (y, d, len) = (self.y.as_ptr(), self.d.as_mut_ptr(), self.y.len().min(self.d.len()));
            along!(V, len, |i, lanes| {
                let power = V::load(y.add(i), lanes).exp();
                V::load(d.add(i), lanes).sub(power.mul(sum)).store(d.add(i), lanes);
            });
        }
    }
}

#[cfg(all(test, not(feature = "deterministic")))]
mod tests {
    extern crate std;
    use super::*;
    use crate::kernels::level::run_at;
    use crate::kernels::tests::levels;
    use std::vec::Vec;

    fn near(found: &[f32], wanted: &[f64], what: &str) {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(
                (f64::from(*found) - wanted).abs() <= 1e-6 * wanted.abs().max(1.0),
                "{what}: {found}, not {wanted}"
            );
        }
    }

    #[test]
    fn every_length_at_every_level_is_the_formula() {
        for level in levels() {
            for n in 1..=40 {
                let x: Vec<f32> = (0..n).map(|i| ((i * 7 + 3) % n) as f32 * 0.25 - 3.0).collect();
                let slope: Vec<f32> = (0..n).map(|i| ((i * 5 + 1) % n) as f32 * 0.125 - 1.0).collect();
                let what = std::format!("{level:?}, {n}");
                let powers: Vec<f64> = x.iter().map(|x| f64::from(*x).exp()).collect();
                let sum: f64 = powers.iter().sum();
                let shares: Vec<f64> = powers.iter().map(|power| power / sum).collect();
                let logarithms: Vec<f64> = shares.iter().map(|share| share.ln()).collect();

                let (mut y, mut log_y, mut d, mut log_d) = (x.clone(), x.clone(), slope.clone(), slope.clone());
                // SAFETY: `levels` lists what the machine has.
                unsafe {
                    run_at(level, &mut Probabilities(&mut y));
                    run_at(level, &mut LogProbabilities(&mut log_y));
                    run_at(level, &mut ProbabilitiesBack { y: &y, d: &mut d });
                    run_at(level, &mut LogProbabilitiesBack { y: &log_y, d: &mut log_d });
                }
                near(&y, &shares, &what);
                near(&log_y, &logarithms, &what);
                let slopes: Vec<f64> = slope.iter().map(|d| f64::from(*d)).collect();
                let mean: f64 = slopes.iter().zip(&shares).map(|(d, share)| d * share).sum();
                let total: f64 = slopes.iter().sum();
                let wanted: Vec<f64> = slopes.iter().zip(&shares).map(|(d, share)| share * (d - mean)).collect();
                near(&d, &wanted, &what);
                let wanted: Vec<f64> = slopes.iter().zip(&shares).map(|(d, share)| d - share * total).collect();
                near(&log_d, &wanted, &what);
            }
        }
    }

    #[test]
    fn a_nan_or_nothing_but_minus_infinity_spoils_all_and_minus_infinity_stays() {
        const INF: f32 = f32::INFINITY;
        for level in levels() {
            for n in [8, 17, 40] {
                let of = |at: usize, value: f32, others: f32| {
                    let mut y: Vec<f32> = (0..n).map(|i| if i == at { value } else { others }).collect();
                    let mut log_y = y.clone();
                    // SAFETY: as above.
                    unsafe {
                        run_at(level, &mut Probabilities(&mut y));
                        run_at(level, &mut LogProbabilities(&mut log_y));
                    }
                    (y, log_y)
                };
                for at in 0..n {
                    for spoiled in [of(at, f32::NAN, 1.0), of(at, INF, 1.0), of(at, -INF, -INF)] {
                        assert!(spoiled.0.iter().chain(&spoiled.1).all(|y| y.is_nan()), "{level:?}, {n}, {at}");
                    }
                    let (y, log_y) = of(at, -INF, 1.0);
                    assert_eq!((y[at], log_y[at]), (0.0, -INF), "{level:?}, {n}");
                }
            }
        }
    }
}
