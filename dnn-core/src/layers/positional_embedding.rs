//! y[s] = x[s] + W[s]
//!
//! dx = dy, dW[s] += sum over samples of dy[s]
//!
//! A NaN stays a NaN, in its own element.

use crate::layer::{Layer, Pass};
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::copy;
use core::mem::offset_of;

/// Adds a learned vector to each step of a sequence [S, D], of at most L steps: what a model of PyTorch does with an
/// [`Embedding`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html) of the numbers 0 to S - 1
/// (J. Gehring et al., "Convolutional Sequence to Sequence Learning", ICML 2017).
///
/// [`PositionalEncoding`](crate::PositionalEncoding) adds fixed waves.
///
/// ```
/// use dnn_core::{Layer, PositionalEmbedding};
/// let positions = PositionalEmbedding { weight: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]] };
/// let mut y = [[[0.0f32; 2]; 2]];
/// positions.infer(&[[[10.0, 20.0], [30.0, 40.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[11.0, 22.0], [33.0, 44.0]]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct PositionalEmbedding<const L: usize, const D: usize, T = f32> {
    /// W, [L, D]
    pub weight: [[T; D]; L],
}

// SAFETY: repr(C) over an array of one scalar type; the table is made from the field.
#[diagnostic::do_not_recommend]
unsafe impl<const L: usize, const D: usize, T: Scalar> Parameters for PositionalEmbedding<L, D, T> {
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] =
        &[Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[L, D], role: Role::Parameter }];

    /// That of PyTorch's embeddings: from the normal distribution of mean 0 and variance 1.
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        for value in self.weight.as_flattened_mut() {
            *value = T::normal(rng);
        }
    }
}

impl<const L: usize, const D: usize, T: Scalar> PositionalEmbedding<L, D, T> {
    const fn fits(steps: usize) {
        assert!(steps <= L, "a sequence has more steps than there are positions");
    }
}

#[diagnostic::do_not_recommend]
impl<const S: usize, const L: usize, const D: usize, T: Scalar> Layer<[[T; D]; S]> for PositionalEmbedding<L, D, T> {
    type Output = [[T; D]; S];

    fn infer(&self, x: &[[[T; D]; S]], y: &mut [[[T; D]; S]], _: &mut [T]) {
        const { Self::fits(S) };
        for (x, y) in x.iter().zip(y) {
            for ((x, y), w) in x.as_flattened().iter().zip(y.as_flattened_mut()).zip(self.weight.as_flattened()) {
                *y = *x + *w;
            }
        }
    }

    fn backward(
        &self,
        _: &Pass,
        _: &[[[T; D]; S]],
        _: &[[[T; D]; S]],
        _: &mut [T],
        dy: &mut [[[T; D]; S]],
        dx: Option<&mut [[[T; D]; S]]>,
        dp: Option<&mut Self>,
    ) {
        const { Self::fits(S) };
        if let Some(dp) = dp {
            for dy in dy.iter() {
                for (dw, dy) in dp.weight.as_flattened_mut().iter_mut().zip(dy.as_flattened()) {
                    *dw += *dy;
                }
            }
        }
        if let Some(dx) = dx {
            copy(dx, dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_add_up_over_samples_and_positions_beyond_the_sequence_have_none() {
        let positions = PositionalEmbedding { weight: [[0.0f32], [0.0], [0.0]] };
        let (mut dx, mut dp) = ([[[9.0]; 2]; 2], PositionalEmbedding { weight: [[1.0], [1.0], [1.0]] });
        let mut dy = [[[1.0], [2.0]], [[3.0], [4.0]]];
        let x = [[[0.0]; 2]; 2];
        positions.backward(&Pass::default(), &x, &[], &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        assert_eq!((dx, dp.weight), (dy, [[5.0], [7.0], [1.0]]));
    }

    #[test]
    fn initial_values_are_normal_numbers() {
        let mut positions: PositionalEmbedding<64, 32, f64> = crate::zeros();
        positions.init_in(&mut crate::Rng::new(3));
        let square = positions.flat().iter().map(|v| v * v).sum::<f64>() / 2048.0;
        assert!((square - 1.0).abs() < 0.1, "{square}"); // three standard deviations
    }
}
