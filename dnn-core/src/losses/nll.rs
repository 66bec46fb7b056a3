//! Negative log likelihood: L = -sum over samples of w[t] y[t] / sum over samples of w[t], for log probabilities y
//!
//! dL/dy[c] = -w[t] / sum of weights where c = t, else 0
//!
//! A NaN or infinity counts only at the target's class, and passes through to the loss; the gradient never holds one.

use super::Loss;
use super::class::{ClassWeights, Label, decision};
use crate::scalar::Scalar;

/// The negative log likelihood of classes under log probabilities, PyTorch's
/// [`NLLLoss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html), averaged over samples: the network
/// ends with [`LogSoftmax`](crate::LogSoftmax).
///
/// L = mean of `-y[t]`
///
/// A target is an unsigned integer or a [`Class<N>`](crate::Class). An output is right when its largest element, the first
/// one of several, is that of the target's class; one that holds a NaN is never right.
///
/// `Nll` as a value counts all classes the same, PyTorch's default; `Nll.weights([..])` does not.
///
/// ```
/// use dnn_core::{Loss, Nll};
/// let mut dy = [[0.0f32; 2]];
/// let loss = Nll.batch(&[[-0.25, -1.5]], &[1u8], 1.0, &mut dy);
/// assert_eq!((loss, dy), (1.5, [[0.0, -1.0]]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Nll<W = ()> {
    weights: W,
}

/// The negative log likelihood where all classes count the same.
#[allow(non_upper_case_globals, reason = "used as a value like the losses without options")]
pub const Nll: Nll = Nll { weights: () };

impl Nll {
    /// What each class counts. The mean divides by the sum of the weights that the labels have.
    pub const fn weights<const N: usize>(self, weights: [f64; N]) -> Nll<[f64; N]> {
        Nll { weights }
    }
}

impl Default for Nll {
    fn default() -> Nll {
        Nll
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const N: usize, D: Label<N>, W: ClassWeights<N>> Loss<[T; N], D> for Nll<W> {
    #[inline(always)]
    fn sample(&self, y: &[T; N], target: &D, dy: &mut [T; N]) -> T {
        let class = target.index();
        let weight = T::from_f64(self.weights.of(class));
        let mut loss = T::ZERO;
        for ((c, y), d) in y.iter().enumerate().zip(dy.iter_mut()) {
            *d = T::ZERO;
            if c == class {
                loss = -(weight * *y);
                *d = -weight;
            }
        }
        loss
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_targets_class_counts() {
        let mut dy = [9.0f64; 3];
        assert_eq!(Nll.sample(&[-1.0, -2.0, -4.0], &2u8, &mut dy), 4.0);
        assert_eq!(dy, [0.0, 0.0, -1.0]);
    }

    #[test]
    fn the_mean_divides_by_the_weights() {
        let loss = Nll.weights([1.0, 3.0]);
        let (y, targets, mut dy) = ([[-1.0f32, -2.0], [-4.0, -8.0]], [0u8, 1], [[9.0; 2]; 2]);
        let weight = Loss::<[f32; 2], u8>::weights(&loss, &targets);
        assert_eq!(weight, 4.0);
        assert_eq!(loss.batch(&y, &targets, weight, &mut dy), 6.25);
        assert_eq!(dy, [[-0.25, 0.0], [0.0, -0.75]]);
        assert_eq!(loss.is_correct(&y[0], &targets[0]), Some(true));
        assert_eq!(loss.is_correct(&y[1], &targets[1]), Some(false));
    }

    #[test]
    #[should_panic(expected = "sample 1 has the label 2, but the network gives 2 classes")]
    fn a_label_that_is_no_class_panics_with_its_sample() {
        Loss::<[f32; 2], usize>::check(&Nll, &[0, 2]);
    }
}
