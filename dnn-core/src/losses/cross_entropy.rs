//! Cross-entropy of logits. C classes, label smoothing e, class weights w.
//!
//! ln p[c] = (y[c] - m) - ln sum over k of e^(y[k] - m), with m the largest logit
//! L = -sum over c of q[c] ln p[c], dL/dy[c] = p[c] (sum over k of q[k]) - q[c]
//!
//! label t:         q[c] = w[c] ((1 - e) [c = t] + e / C), and the mean divides by the sum over samples of w[t]
//! probabilities t: q[c] = w[c] ((1 - e) t[c] + e / C), and the mean divides by the number of samples
//!
//! A class with q[c] = 0 adds nothing to the loss, even where its logit is -inf. Loss and gradient are finite for logits of
//! size up to 1e30. A NaN or inf among the logits, or nothing but -inf, makes loss and gradient NaN, as in PyTorch.

use super::Loss;
use super::class::{ClassWeights, Label, decision};
use crate::kernels::elementary::{self, Entropies};
use crate::kernels::route;
use crate::scalar::Scalar;
use crate::tensor::{flat, flat_mut};

/// Samples whose labels and losses are on the stack at a time.
const PART: usize = 64;

/// The cross-entropy between logits and classes, PyTorch's
/// [`CrossEntropyLoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html), averaged over
/// samples: the network ends with its logits, without a softmax.
///
/// L = mean of `-ln(e^y[t] / sum over c of e^y[c])`
///
/// A target is a class, as an unsigned integer or a [`Class<N>`](crate::Class), or a probability for each class, `[T; N]`.
/// An output is right when its largest logit, the first one of several, is that of the target's class (or of the largest
/// probability); one that holds a NaN is never right.
///
/// `CrossEntropy` as a value has PyTorch's defaults: no label smoothing, all classes count the same.
///
/// ```
/// use dnn_core::{CrossEntropy, Loss};
/// let mut dy = [[0.0f32; 2]];
/// let loss = CrossEntropy.batch(&[[7.0, 7.0]], &[1u8], 1.0, &mut dy);
/// assert_eq!((loss, dy), (core::f32::consts::LN_2, [[0.5, -0.5]]));
/// let options = CrossEntropy.label_smoothing(0.1).weights([1.0, 3.0]);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct CrossEntropy<W = ()> {
    label_smoothing: f64,
    weights: W,
}

/// The cross-entropy without label smoothing, where all classes count the same.
#[allow(non_upper_case_globals, reason = "used as a value like the losses without options")]
pub const CrossEntropy: CrossEntropy = CrossEntropy { label_smoothing: 0.0, weights: () };

impl CrossEntropy {
    /// What each class counts. The mean over labels divides by the sum of the weights that they have.
    pub const fn weights<const N: usize>(self, weights: [f64; N]) -> CrossEntropy<[f64; N]> {
        CrossEntropy { label_smoothing: self.label_smoothing, weights }
    }
}

impl<W: Copy> CrossEntropy<W> {
    /// How much of the target is spread evenly over all classes: from 0, the default, to 1.
    #[inline(always)]
    #[track_caller]
    pub const fn label_smoothing(mut self, label_smoothing: f64) -> CrossEntropy<W> {
        assert!(label_smoothing >= 0.0 && label_smoothing <= 1.0, "a label smoothing is 0 to 1");
        self.label_smoothing = label_smoothing;
        self
    }

    /// 1 - e, and e / C
    #[inline(always)]
    fn shares<T: Scalar>(&self, classes: usize) -> (T, T) {
        (T::from_f64(1.0 - self.label_smoothing), T::from_f64(self.label_smoothing / classes as f64))
    }

    /// The loss of one sample, and its gradient, for q made of the target's share of each class.
    #[inline(always)]
    fn entropy<T: Scalar, const N: usize>(&self, y: &[T; N], target: impl Fn(usize) -> T, dy: &mut [T; N]) -> T
    where
        W: ClassWeights<N>,
    {
        let (take, spread): (T, T) = self.shares(N);
        let q = |c| T::from_f64(self.weights.of(c)) * (take * target(c) + spread);

        let (m, sum) = elementary::powers(dy, y);
        let log_sum = sum.ln();
        let (mut loss, mut total) = (T::ZERO, T::ZERO);
        for (c, y) in y.iter().enumerate() {
            let q = q(c);
            total += q;
            if q != T::ZERO {
                loss += q * (log_sum - (*y - m));
            }
        }
        for (c, d) in dy.iter_mut().enumerate() {
            *d = *d / sum * total - q(c);
        }
        loss
    }
}

impl Default for CrossEntropy {
    fn default() -> CrossEntropy {
        CrossEntropy
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const N: usize, D: Label<N>, W: ClassWeights<N> + Copy> Loss<[T; N], D> for CrossEntropy<W> {
    #[inline(always)]
    fn sample(&self, y: &[T; N], target: &D, dy: &mut [T; N]) -> T {
        let class = target.index();
        self.entropy(y, |c| if c == class { T::ONE } else { T::ZERO }, dy)
    }
    #[inline]
    fn add(&self, y: &[[T; N]], targets: &[D], scale: T, dy: &mut [[T; N]], sum: &mut T) {
        if const { route::entropies_by_vectors(N) } && targets.len() >= route::SAMPLES {
            let (take, spread) = self.shares(N);
            let mut weights = [T::ZERO; N];
            for c in 0..N {
                weights[c] = T::from_f64(self.weights.of(c));
            }
            let parts = y.chunks(PART).zip(targets.chunks(PART)).zip(dy.chunks_mut(PART));
            for ((y, targets), dy) in parts {
                let (mut labels, mut losses) = ([T::ZERO; PART], [T::ZERO; PART]);
                for (label, target) in labels.iter_mut().zip(targets) {
                    *label = T::from_usize(target.index());
                }
                let (Some(labels), Some(losses)) = (labels.get(..y.len()), losses.get_mut(..y.len())) else { continue };
                let (y, dy, weights, shares) = (flat(y), flat_mut(dy), &weights, [take, spread]);
                T::entropies(&mut Entropies { y, dy, labels, losses, weights, shares, scale });
                for loss in losses {
                    *sum += *loss;
                }
            }
            return;
        }
        for ((y, target), dy) in y.iter().zip(targets).zip(dy.iter_mut()) {
            *sum += Loss::<[T; N], D>::sample(self, y, target, dy);
        }
        for d in flat_mut(dy) {
            *d *= scale;
        }
    }
    #[inline(always)]
    fn weight(&self, target: &D) -> T {
        T::from_f64(self.weights.of(target.index()))
    }
    #[inline(always)]
    #[track_caller]
    fn check_from(&self, first: usize, targets: &[D]) {
        D::check_from(first, targets);
    }
    fn is_correct(&self, y: &[T; N], target: &D) -> Option<bool> {
        Some(decision(y) == Some(target.index()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const N: usize, W: ClassWeights<N> + Copy> Loss<[T; N], [T; N]> for CrossEntropy<W> {
    #[inline(always)]
    fn sample(&self, y: &[T; N], target: &[T; N], dy: &mut [T; N]) -> T {
        self.entropy(y, |c| if c < N { target[c] } else { T::ZERO }, dy)
    }
    #[inline(always)]
    fn weight(&self, _: &[T; N]) -> T {
        T::ONE
    }
    fn is_correct(&self, y: &[T; N], target: &[T; N]) -> Option<bool> {
        Some(decision(y).is_some_and(|class| decision(target) == Some(class)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;
    use core::f64::consts::LN_2;

    // Probabilities 1/4, 1/4, 1/2
    const Y: [f64; 3] = [5.0, 5.0, 5.0 + LN_2];

    fn near(got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-14), "{got:?}, not {want:?}");
    }

    #[test]
    fn a_label_costs_the_logarithm_of_its_probability() {
        let mut dy = [9.0; 3];
        near(&[CrossEntropy.sample(&Y, &0u8, &mut dy)], &[2.0 * LN_2]);
        near(&dy, &[-0.75, 0.25, 0.5]);
        near(&[CrossEntropy.sample(&Y, &Class::<3>::new(2).unwrap(), &mut dy)], &[LN_2]);
        near(&dy, &[0.25, 0.25, -0.5]);
    }

    #[test]
    fn probabilities_and_smoothing_mix_the_costs() {
        let mut dy = [9.0; 3];
        near(&[CrossEntropy.sample(&Y, &[0.5, 0.0, 0.5], &mut dy)], &[1.5 * LN_2]);
        near(&dy, &[-0.25, 0.25, 0.0]);
        // q = 0.7, 0.1, 0.2 weighed
        let loss = CrossEntropy.weights([1.0, 1.0, 2.0]).label_smoothing(0.3);
        near(&[loss.sample(&Y, &0u8, &mut dy)], &[(0.8 + 0.1) * 2.0 * LN_2 + 0.2 * LN_2]);
        near(&dy, &[0.25 * 1.1 - 0.8, 0.25 * 1.1 - 0.1, 0.5 * 1.1 - 0.2]);
    }

    #[test]
    fn labels_count_their_weights_and_probabilities_one() {
        let loss = CrossEntropy.weights([0.5, 2.0, 1.0]);
        assert_eq!(Loss::<[f32; 3], u8>::weights(&loss, &[0, 1, 1]), 4.5);
        assert_eq!(Loss::<[f32; 3], [f32; 3]>::weights(&loss, &[[0.0; 3]; 5]), 5.0);
        assert_eq!(Loss::<[f32; 3], u8>::weight(&CrossEntropy, &2), 1.0);
    }

    #[test]
    fn the_largest_logit_is_the_answer() {
        assert_eq!(CrossEntropy.is_correct(&Y, &2u8), Some(true));
        assert_eq!(CrossEntropy.is_correct(&Y, &1u8), Some(false));
        assert_eq!(CrossEntropy.is_correct(&Y, &[0.2, 0.3, 0.5]), Some(true));
        assert_eq!(CrossEntropy.is_correct(&[1.0, 1.0], &0u8), Some(true));
        assert_eq!(CrossEntropy.is_correct(&[f32::NAN, 1.0], &0u8), Some(false));
        assert_eq!(CrossEntropy.is_correct(&[f32::NAN], &[f32::NAN]), Some(false));
    }

    /// Many samples are summed, and scaled, as one by one; with the feature `deterministic`, to the bit.
    #[test]
    fn a_batch_is_its_samples() {
        fn check<T: Scalar, const N: usize>(eps: f64, loss: CrossEntropy<[f64; N]>) {
            for samples in [1, 3, 4, 17, 64, 131] {
                let value = |i: usize| match i * 7919 % 251 {
                    0 => f64::NEG_INFINITY,
                    1 if samples == 64 => f64::NAN,
                    2 if samples == 131 => f64::INFINITY,
                    number => number as f64 / 25.0 - 5.0,
                };
                let y: std::vec::Vec<[T; N]> =
                    (0..samples).map(|b| core::array::from_fn(|c| T::from_f64(value(b * N + c)))).collect();
                let labels: std::vec::Vec<u8> = (0..samples).map(|b| (b * 3 % N) as u8).collect();
                let (mut sum, mut want) = (T::ONE, T::ONE);
                let mut dy = std::vec![[T::ZERO; N]; samples];
                loss.add(&y, &labels, T::from_f64(0.25), &mut dy, &mut sum);
                for ((y, label), dy) in y.iter().zip(&labels).zip(&dy) {
                    let mut alone = [T::ZERO; N];
                    want += loss.sample(y, label, &mut alone);
                    for (d, alone) in dy.iter().zip(alone) {
                        let alone = alone * T::from_f64(0.25);
                        assert!(near(*d, alone, 8.0 * eps), "{samples}, {N}: {d} and {alone}");
                    }
                }
                assert!(near(sum, want, 8.0 * eps * samples as f64), "{samples}, {N}: {sum} and {want}");
            }
        }
        fn near<T: Scalar>(a: T, b: T, bound: f64) -> bool {
            let (a, b) = (a.to_f64(), b.to_f64());
            let bound = if cfg!(feature = "deterministic") { 0.0 } else { bound };
            a.is_nan() && b.is_nan() || a == b || (a - b).abs() <= bound * (1.0 + b.abs())
        }
        let weights = |c: usize| [1.0, 0.5, 0.0, 2.0][c % 4];
        check::<f32, 10>(f32::EPSILON.into(), CrossEntropy.weights(core::array::from_fn(weights)));
        check::<f32, 8>(f32::EPSILON.into(), CrossEntropy.weights([1.0; 8]).label_smoothing(0.1));
        check::<f32, 64>(f32::EPSILON.into(), CrossEntropy.weights([1.0; 64]));
        check::<f32, 65>(f32::EPSILON.into(), CrossEntropy.weights([1.0; 65]));
        check::<f64, 11>(f64::EPSILON, CrossEntropy.weights([1.0; 11]).label_smoothing(0.3));
    }

    #[test]
    fn an_impossible_class_may_have_the_logit_minus_infinity() {
        let mut dy = [9.0f32; 3];
        assert_eq!(CrossEntropy.sample(&[0.0, 0.0, f32::NEG_INFINITY], &1u8, &mut dy), core::f32::consts::LN_2);
        assert_eq!(dy, [0.5, -0.5, 0.0]);
    }

    #[test]
    #[should_panic(expected = "sample 3 has the label 12, but the network gives 10 classes")]
    fn a_label_that_is_no_class_panics_with_its_sample() {
        Loss::<[f32; 10], u32>::check(&CrossEntropy, &[0, 1, 2, 12]);
    }
}
