//! How good a network is: loss and share of right answers, by inference.

use super::memory::{Parts, Storage};
use super::trainer::{Trainer, for_parts, same_length};
use crate::layer::Layer;
use crate::losses::Loss;
use crate::network::{Batch, Network, Output};
use crate::parameters::Parameters;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use core::slice::{from_mut, from_ref};

/// Samples that an evaluation works on at a time: enough for full speed, and little memory however large the data set.
const EVALUATED_AT_A_TIME: usize = 256;

/// What [`Trainer::evaluate`] finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The loss, as `step` would return it; NaN for no samples.
    pub loss: f64,
    /// The share of right answers, 0 to 1: for losses over classes, where there are samples.
    pub accuracy: Option<f64>,
}

impl<S: Storage, L> Trainer<S, L> {
    /// The loss and the share of right answers over any number of samples, by inference: without dropout, with running
    /// statistics. Parameters and gradient stay as they are.
    #[inline(always)]
    #[track_caller]
    pub fn evaluate<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D]) -> Evaluation
    where
        L: Loss<Output<S::Network>, D>,
    {
        match same_length::<S::Network, D>(x, targets) {
            0 => Evaluation { loss: f64::NAN, accuracy: None },
            _ => self.measure(x, targets),
        }
    }

    /// `evaluate` for at least one sample and as many targets.
    #[track_caller]
    fn measure<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D]) -> Evaluation
    where
        L: Loss<Output<S::Network>, D>,
    {
        self.loss.check(targets);
        let extent = <S::Network as Layer<<S::Network as Network>::Input>>::INFER;
        let weights = self.loss.all_weights(targets);
        let (mut losses, mut correct) = ([0.0; 4], Correct::default());
        for_parts(&mut self.storage, x, targets, EVALUATED_AT_A_TIME, extent, |parts, x, targets, _| {
            let Parts { network, output, output_gradient, workspace, .. } = parts;
            network.infer(x, output, workspace);
            correct.count(&self.loss, output, targets);
            for ((y, target), dy) in output.iter().zip(targets).zip(output_gradient) {
                let mut sums = [<S::Network as Parameters>::Scalar::ZERO; 4];
                self.loss.add_all(from_ref(y), from_ref(target), weights, from_mut(dy), &mut sums);
                for (loss, sum) in losses.iter_mut().zip(sums) {
                    *loss += sum.to_f64();
                }
            }
        });
        let parts = losses.iter().zip(weights).map(|(loss, weight)| loss / weight.to_f64());
        Evaluation { loss: parts.sum(), accuracy: correct.share() }
    }
}

/// Counts right answers, as long as the loss knows what is right.
#[derive(Default)]
pub(super) struct Correct {
    right: usize,
    judged: usize,
}

impl Correct {
    pub(super) fn count<Y: Tensor<Scalar: Scalar>, D>(&mut self, loss: &impl Loss<Y, D>, output: &[Y], targets: &[D]) {
        for (y, target) in output.iter().zip(targets) {
            if let Some(right) = loss.is_correct(y, target) {
                self.right += usize::from(right);
                self.judged += 1;
            }
        }
    }

    pub(super) fn share(&self) -> Option<f64> {
        (self.judged > 0).then(|| self.right as f64 / self.judged as f64)
    }
}
