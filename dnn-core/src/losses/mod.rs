//! Losses: what training makes small.
//!
//! A loss is written for one sample; the mean over a batch, as PyTorch's `reduction="mean"` defines it for that loss, is
//! taken by [`Loss::batch`], and [`Sum`] is the other reduction.

pub(crate) mod bce;
pub(crate) mod bce_with_logits;
pub(crate) mod class;
mod cross_entropy;
mod each_step;
pub(crate) mod huber;
pub(crate) mod l1;
pub(crate) mod mse;
mod nll;

pub use bce::Bce;
pub use bce_with_logits::BceWithLogits;
pub use class::{Class, ClassWeights, Label};
pub use cross_entropy::CrossEntropy;
pub use each_step::EachStep;
pub use huber::Huber;
pub use l1::L1;
pub use mse::Mse;
pub use nll::Nll;

use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The loss of a network's output `Y` against a target `D`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot compare an output of type `{Y}` with a target of type `{D}`",
    label = "this target does not fit the loss",
    note = "a class is an unsigned integer: write `3u8`, or collect labels as `Vec<u8>`",
    note = "any other target has the type of the network's output",
    note = "class weights are as many as the network has outputs"
)]
pub trait Loss<Y: Tensor<Scalar: Scalar>, D> {
    /// The loss of one sample before any mean; writes dL/dy to `dy`. The number for a target that [`check`](Loss::check)
    /// refuses has no meaning: a trainer checks, other callers have to.
    fn sample(&self, y: &Y, target: &D, dy: &mut Y) -> Y::Scalar;

    /// What a sample counts in the mean: the number of elements, 1 for losses over classes, the weight of its class.
    fn weight(&self, target: &D) -> Y::Scalar {
        let _ = target;
        Y::Scalar::from_usize(Y::LEN)
    }

    /// What the sum over a batch is divided by, if its samples count `weight` together: 1 for a loss that is no mean.
    fn divisor(&self, weight: Y::Scalar) -> Y::Scalar {
        weight
    }

    /// What a batch of targets counts in the mean.
    fn weights(&self, targets: &[D]) -> Y::Scalar {
        let mut sum = Y::Scalar::ZERO;
        for target in targets {
            sum += self.weight(target);
        }
        self.divisor(sum)
    }

    /// As [`weights`](Loss::weights) for each part of a loss that has several: those of a network of several outputs.
    fn all_weights(&self, targets: &[D]) -> [Y::Scalar; 4] {
        [self.weights(targets), Y::Scalar::ONE, Y::Scalar::ONE, Y::Scalar::ONE]
    }

    /// Panics where a target cannot be compared, such as a class that does not exist: naming sample and value.
    #[track_caller]
    fn check(&self, targets: &[D]) {
        self.check_from(0, targets);
    }

    /// As [`check`](Loss::check) for targets of which the first is that of sample number `first`.
    fn check_from(&self, first: usize, targets: &[D]) {
        let _ = (first, targets);
    }

    /// Whether an output is right, for losses over classes: the largest logit is that of the target's class.
    fn is_correct(&self, y: &Y, target: &D) -> Option<bool> {
        let _ = (y, target);
        None
    }

    /// Adds the losses of a part of a batch to `sum`, sample by sample and before any mean, and writes their gradient times
    /// `scale`, which is 1 by the weight of the whole batch.
    #[inline]
    fn add(&self, y: &[Y], targets: &[D], scale: Y::Scalar, dy: &mut [Y], sum: &mut Y::Scalar) {
        for ((y, target), dy) in y.iter().zip(targets).zip(dy.iter_mut()) {
            *sum += self.sample(y, target, dy);
        }
        for d in flat_mut(dy) {
            *d *= scale;
        }
    }

    /// The loss of a batch divided by `weight`, and its gradient in `dy`.
    #[inline]
    fn batch(&self, y: &[Y], targets: &[D], weight: Y::Scalar, dy: &mut [Y]) -> Y::Scalar {
        let scale = Y::Scalar::ONE / weight;
        let mut sum = Y::Scalar::ZERO;
        self.add(y, targets, scale, dy, &mut sum);
        sum * scale
    }

    /// As [`add`](Loss::add) for each part of a loss that has several, given the weights of all.
    #[inline(always)]
    fn add_all(&self, y: &[Y], targets: &[D], weights: [Y::Scalar; 4], dy: &mut [Y], sums: &mut [Y::Scalar; 4]) {
        let ([weight, ..], [sum, ..]) = (weights, sums);
        self.add(y, targets, Y::Scalar::ONE / weight, dy, sum);
    }
}

/// The sum of the losses of all elements of a sample, whose gradients go to `dy`; `each` gives both.
#[inline(always)]
fn elements<Y: Tensor<Scalar: Scalar>>(
    y: &Y,
    target: &Y,
    dy: &mut Y,
    each: impl Fn(Y::Scalar, Y::Scalar) -> (Y::Scalar, Y::Scalar),
) -> Y::Scalar {
    let mut sum = Y::Scalar::ZERO;
    for ((y, t), d) in flat(from_ref(y)).iter().zip(flat(from_ref(target))).zip(flat_mut(from_mut(dy))) {
        let (loss, slope) = each(*y, *t);
        sum += loss;
        *d = slope;
    }
    sum
}

/// The loss whose parts have these sums and weights.
#[inline(always)]
pub(crate) fn mean<T: Scalar>(sums: [T; 4], weights: [T; 4]) -> T {
    let mut total = T::ZERO;
    for (sum, weight) in sums.iter().zip(weights) {
        total += *sum * (T::ONE / weight);
    }
    total
}

/// A loss that is summed over samples and elements instead of averaged: PyTorch's `reduction="sum"`.
///
/// ```
/// use dnn_core::{Loss, Mse, Sum};
/// let (y, targets, mut dy) = ([[3.0f32, 1.0]], [[1.0, 0.0]], [[0.0; 2]]);
/// let weight = Sum(Mse).weights(&targets);
/// assert_eq!(Sum(Mse).batch(&y, &targets, weight, &mut dy), 5.0);
/// assert_eq!(dy, [[4.0, 2.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum<L>(pub L);

#[diagnostic::do_not_recommend]
impl<Y: Tensor<Scalar: Scalar>, D, L: Loss<Y, D>> Loss<Y, D> for Sum<L> {
    #[inline(always)]
    fn sample(&self, y: &Y, target: &D, dy: &mut Y) -> Y::Scalar {
        self.0.sample(y, target, dy)
    }
    fn weight(&self, _: &D) -> Y::Scalar {
        Y::Scalar::ZERO
    }
    fn divisor(&self, _: Y::Scalar) -> Y::Scalar {
        Y::Scalar::ONE
    }
    #[track_caller]
    fn check_from(&self, first: usize, targets: &[D]) {
        self.0.check_from(first, targets);
    }
    fn is_correct(&self, y: &Y, target: &D) -> Option<bool> {
        self.0.is_correct(y, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: [[f32; 2]; 2] = [[1.0, 2.0], [3.0, 5.0]];
    const T: [[f32; 2]; 2] = [[0.0, 2.0], [3.0, 2.0]];

    #[test]
    fn a_mean_counts_every_element_of_every_sample() {
        let mut dy = [[9.0; 2]; 2];
        let weight = Mse.weights(&T);
        assert_eq!((weight, Mse.batch(&Y, &T, weight, &mut dy)), (4.0, 2.5));
        assert_eq!(dy, [[0.5, 0.0], [0.0, 1.5]]);
    }

    #[test]
    fn a_sum_is_not_divided() {
        let mut dy = [[9.0; 2]; 2];
        let weight = Sum(Mse).weights(&T);
        assert_eq!(Sum(Mse).batch(&Y, &T, weight, &mut dy), 10.0);
        assert_eq!(dy, [[2.0, 0.0], [0.0, 6.0]]);
        assert_eq!(Sum(CrossEntropy).is_correct(&Y[0], &1u8), Some(true));
        assert_eq!(Mse.is_correct(&Y[0], &T[0]), None);
    }

    #[test]
    #[should_panic(expected = "sample 0 has the label 2, but the network gives 2 classes")]
    fn a_sum_checks_its_labels() {
        Loss::<[f32; 2], u8>::check(&Sum(CrossEntropy), &[2]);
    }

    #[test]
    fn a_batch_in_parts_is_the_whole_batch_to_the_bit() {
        let y: [[f32; 1]; 7] = core::array::from_fn(|i| [0.1 * i as f32]);
        let (targets, mut dy) = ([[1.0]; 7], [[9.0]; 7]);
        let whole = Mse.batch(&y, &targets, 7.0, &mut dy);
        for size in 1..7 {
            let (mut sum, mut parts) = (0.0, [[9.0]; 7]);
            for ((y, targets), dy) in y.chunks(size).zip(targets.chunks(size)).zip(parts.chunks_mut(size)) {
                Mse.add(y, targets, 1.0 / 7.0, dy, &mut sum);
            }
            assert_eq!((sum * (1.0 / 7.0), parts), (whole, dy));
        }
    }
}
