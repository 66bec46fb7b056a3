//! L over a sequence: the loss of each step, and the mean over all steps of all samples.

use super::Loss;
use crate::scalar::Scalar;
use core::slice::from_ref;

/// A loss at each step of a sequence: outputs [S, N] against S targets, such as the next character at every place of a text.
/// With [`CrossEntropy`](struct@crate::CrossEntropy) it is PyTorch's
/// [`CrossEntropyLoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html) over [N, S].
///
/// The mean is that of the loss over all steps of all samples. A sample is right where every step is.
///
/// ```
/// use dnn_core::{CrossEntropy, EachStep, Loss};
/// let (y, targets, mut dy) = ([[[7.0f32, 7.0], [0.0, 0.0]]], [[1u8, 0]], [[[0.0; 2]; 2]]);
/// let weight = Loss::<[[f32; 2]; 2], _>::weights(&EachStep(CrossEntropy), &targets);
/// assert_eq!(EachStep(CrossEntropy).batch(&y, &targets, weight, &mut dy), core::f32::consts::LN_2);
/// assert_eq!(dy, [[[0.25, -0.25], [-0.25, 0.25]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EachStep<L>(pub L);

#[diagnostic::do_not_recommend]
impl<T: Scalar, const N: usize, const S: usize, D, L: Loss<[T; N], D>> Loss<[[T; N]; S], [D; S]> for EachStep<L> {
    #[inline(always)]
    fn sample(&self, y: &[[T; N]; S], targets: &[D; S], dy: &mut [[T; N]; S]) -> T {
        let mut sum = T::ZERO;
        for ((y, target), dy) in y.iter().zip(targets).zip(dy) {
            sum += self.0.sample(y, target, dy);
        }
        sum
    }
    fn weight(&self, targets: &[D; S]) -> T {
        self.0.weights(targets)
    }
    #[track_caller]
    fn check_from(&self, first: usize, targets: &[[D; S]]) {
        for (sample, targets) in targets.iter().enumerate() {
            for target in targets {
                self.0.check_from(first + sample, from_ref(target));
            }
        }
    }
    fn is_correct(&self, y: &[[T; N]; S], targets: &[D; S]) -> Option<bool> {
        let mut all = None;
        for (y, target) in y.iter().zip(targets) {
            all = Some(self.0.is_correct(y, target)? && all.unwrap_or(true));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CrossEntropy, Mse};

    const Y: [[f32; 2]; 2] = [[1.0, 2.0], [3.0, 0.0]];

    #[test]
    fn a_sample_is_right_where_every_step_is() {
        let each = EachStep(CrossEntropy);
        assert_eq!(each.is_correct(&Y, &[1u8, 0]), Some(true));
        assert_eq!(each.is_correct(&Y, &[1u8, 1]), Some(false));
        assert_eq!(EachStep(Mse).is_correct(&Y, &Y), None);
    }

    #[test]
    fn the_mean_counts_every_step_by_its_weight() {
        assert_eq!(Loss::<[[f32; 2]; 2], _>::weight(&EachStep(CrossEntropy.weights([1.0, 3.0])), &[1u8, 0]), 4.0);
        assert_eq!(EachStep(Mse).weight(&Y), 4.0);
    }

    #[test]
    #[should_panic(expected = "sample 1 has the label 2, but the network gives 2 classes")]
    fn labels_are_checked() {
        Loss::<[[f32; 2]; 2], _>::check(&EachStep(CrossEntropy), &[[0u8, 1], [0, 2]]);
    }
}
