//! The cross-entropies of many samples by vectors along the samples. B samples, C classes, t[b] the label of a sample.
//!
//! m = the largest y[b][c], p[c] = e^(y[b][c] - m), s = sum over c of p[c], q[c] = w[c] (take [c = t[b]] + spread)
//! loss[b] = sum over c of q[c] (ln s - (y[b][c] - m)), dy[b][c] = (p[c] / s (sum over k of q[k]) - q[c]) scale
//!
//! A sample by itself leaves lanes empty, and waits for one number of it after the other: a step of 784-128-10 on 64 samples
//! takes 2 to 3 % less this way. Every sum takes its terms in the order of the classes.

use crate::kernels::columns::transpose;
use crate::kernels::convolution::reach::transpose_back;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Classes at most: what the vectors of a block take on the stack.
const CLASSES: usize = 64;

/// Cross-entropies of labels, and their gradients.
pub struct Entropies<'a, T> {
    /// y, [B, C]
    pub(crate) y: &'a [T],
    /// dy, [B, C]
    pub(crate) dy: &'a mut [T],
    /// t, `[B]`, as numbers; one that is no class has no meaning.
    pub(crate) labels: &'a [T],
    /// loss, `[B]`
    pub(crate) losses: &'a mut [T],
    /// w, `[C]`
    pub(crate) weights: &'a [T],
    /// take, spread
    pub(crate) shares: [T; 2],
    pub(crate) scale: T,
}

impl<T: Scalar> Kernel for Entropies<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let (classes, samples) = (self.weights.len(), self.labels.len());
        assert!((4..=CLASSES).contains(&classes), "as many classes as there is room for");
        assert!(self.losses.len() == samples, "labels and losses differ in number");
        assert!([self.y.len(), self.dy.len()] == [samples * classes; 2], "a batch and its labels differ in number");
        let mut powers = MaybeUninit::<[V; CLASSES]>::uninit();
        let mut others = MaybeUninit::<[V; CLASSES]>::uninit();
        let (powers, others): (*mut T, *mut T) = (powers.as_mut_ptr().cast(), others.as_mut_ptr().cast());
        let mut b = 0;
        while b < samples {
            let lanes = if samples - b < V::LANES { samples - b } else { V::LANES };
            // SAFETY: as of this function; the lengths have been compared, and there is room for the classes, each of which is
            // written before it is read.
            unsafe {
                let (zero, one) = (V::splat(T::ZERO), V::splat(T::ONE));
                transpose::<V, T>(powers, V::LANES, self.y.as_ptr().add(b * classes), classes, [lanes, classes]);
                let mut largest = V::splat(T::from_f64(f64::NEG_INFINITY));
                for c in 0..classes {
                    largest = V::load(powers.add(c * V::LANES), V::LANES).greater(largest);
                }
                let mut sum = zero;
                for c in 0..classes {
                    let shifted = V::load(powers.add(c * V::LANES), V::LANES).sub(largest);
                    let power = shifted.exp();
                    sum = sum.add(power);
                    shifted.store(others.add(c * V::LANES), V::LANES);
                    power.store(powers.add(c * V::LANES), V::LANES);
                }
                let (label, log_sum) = (V::load(self.labels.as_ptr().add(b), lanes), sum.ln());
                let [take, spread] = self.shares.map(|share| V::splat(share));
                let (mut loss, mut total) = (zero, zero);
                for c in 0..classes {
                    let is = label.equal(V::splat(T::from_usize(c)), one, zero);
                    let q = V::splat(*self.weights.as_ptr().add(c)).mul(take.mul(is).add(spread));
                    let shifted = V::load(others.add(c * V::LANES), V::LANES);
                    total = total.add(q);
                    // A logit of -inf adds nothing where its class has no share.
                    loss = loss.add(q.equal(zero, zero, q.mul(log_sum.sub(shifted))));
                    q.store(others.add(c * V::LANES), V::LANES);
                }
                loss.store(self.losses.as_mut_ptr().add(b), lanes);
                let scale = V::splat(self.scale);
                for c in 0..classes {
                    let (power, q) =
                        (V::load(powers.add(c * V::LANES), V::LANES), V::load(others.add(c * V::LANES), V::LANES));
                    power.div(sum).mul(total).sub(q).mul(scale).store(powers.add(c * V::LANES), V::LANES);
                }
                transpose_back::<V, T>(self.dy.as_mut_ptr().add(b * classes), powers, classes, lanes, classes);
            }
            b += lanes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::level::run_at;
    use crate::kernels::tests::levels;
    use crate::random::Rng;
    use std::{vec, vec::Vec};

    /// Losses and gradients as of the formula, in f64.
    fn formula(y: &[f64], label: usize, weights: &[f64], [take, spread]: [f64; 2], scale: f64) -> (f64, Vec<f64>) {
        let m = y.iter().copied().fold(f64::NEG_INFINITY, |m, y| if y > m { y } else { m });
        let sum: f64 = y.iter().map(|y| (y - m).exp()).sum();
        let q = |c: usize| weights[c] * (if c == label { take } else { 0.0 } + spread);
        let total: f64 = (0..y.len()).map(q).sum();
        let loss = (0..y.len()).filter(|c| q(*c) != 0.0).map(|c| q(c) * (sum.ln() - (y[c] - m))).sum();
        (loss, (0..y.len()).map(|c| ((y[c] - m).exp() / sum * total - q(c)) * scale).collect())
    }

    /// What lies behind the results stays as it is.
    fn check<T: Scalar>(rng: &mut Rng, samples: usize, classes: usize, smoothing: f64) {
        let mut random =
            |count: usize, bound: f64| -> Vec<T> { (0..count).map(|_| T::uniform(rng, T::from_f64(bound))).collect() };
        let y = random(samples * classes, 6.0);
        let weights: Vec<T> = random(classes, 1.0).into_iter().map(|w| w * w).collect();
        let labels: Vec<T> = (0..samples).map(|b| T::from_usize(b * 5 % classes)).collect();
        let shares = [T::from_f64(1.0 - smoothing), T::from_f64(smoothing / classes as f64)];
        let scale = T::from_f64(0.125);
        let eps = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        for level in levels() {
            let (mut dy, mut losses) =
                (vec![T::from_f64(9.0); samples * classes + 5], vec![T::from_f64(9.0); samples + 5]);
            let (dy_of, losses_of) = (&mut dy[..samples * classes], &mut losses[..samples]);
            let (y_of, labels_of, weights_of) = (&y[..], &labels[..], &weights[..]);
            let mut kernel = Entropies {
                y: y_of,
                dy: dy_of,
                labels: labels_of,
                losses: losses_of,
                weights: weights_of,
                shares,
                scale,
            };
            // SAFETY: `levels` lists what the machine has.
            unsafe { run_at(level, &mut kernel) };
            let f64s = |of: &[T]| -> Vec<f64> { of.iter().map(|v| v.to_f64()).collect() };
            for b in 0..samples {
                let (y, label) = (f64s(&y[b * classes..][..classes]), b * 5 % classes);
                let (loss, gradient) = formula(&y, label, &f64s(&weights), shares.map(Scalar::to_f64), scale.to_f64());
                let bound = 40.0 * eps * classes as f64;
                let what = (level, samples, classes, b);
                assert!((losses[b].to_f64() - loss).abs() <= bound * (1.0 + loss), "{what:?}: {}, {loss}", losses[b]);
                for (c, want) in gradient.into_iter().enumerate() {
                    let got = dy[b * classes + c].to_f64();
                    assert!((got - want).abs() <= bound, "{what:?}, {c}: {got}, {want}");
                }
            }
            assert!(dy[samples * classes..].iter().chain(&losses[samples..]).all(|v| v.to_f64() == 9.0), "{level:?}");
        }
    }

    #[test]
    fn every_sample_has_its_own_lane() {
        let rng = &mut Rng::new(1);
        let (samples, classes): (&[_], &[_]) = match cfg!(miri) {
            true => (&[5], &[4, 9]),
            false => (&[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 50], &[4, 5, 6, 7, 8, 9, 10, 12, 16, 17, 63, 64]),
        };
        for samples in samples {
            for classes in classes {
                check::<f32>(rng, *samples, *classes, 0.0);
                check::<f64>(rng, *samples, *classes, 0.1);
            }
        }
    }
}
