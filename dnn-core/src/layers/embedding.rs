//! y[l] = W[x[l]], the row of W for each token
//!
//! dW[x[l]] += dy[l], but for the token of padding; tokens have no gradient
//!
//! A NaN in W or dy stays in the rows that it belongs to.

use crate::layer::{Layer, Pass};
use crate::losses::Label;
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use core::mem::offset_of;

/// A vector of D numbers for each of N tokens, PyTorch's
/// [`Embedding`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html): L tokens, unsigned integers, become
/// [L, D].
///
/// The token PADDING, if it is one, is a row of zeros at first and has no gradient. PyTorch's `max_norm`,
/// `scale_grad_by_freq` and `sparse` are left out.
///
/// # Panics
/// A token that is N or more panics, naming it, its sample and its place. A release build without the feature `alloc`, where
/// no panic may be reachable, gives a row of NaN, and the token has no gradient.
///
/// ```
/// use dnn_core::{Embedding, Layer};
/// let table = Embedding::<3, 2> { weight: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]] };
/// let mut y = [[[0.0f32; 2]; 2]];
/// table.infer(&[[2u8, 0]], &mut y, &mut []);
/// assert_eq!(y, [[[5.0, 6.0], [1.0, 2.0]]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding<const N: usize, const D: usize, T = f32, const PADDING: usize = { usize::MAX }> {
    /// W, [N, D]
    pub weight: [[T; D]; N],
}

// SAFETY: repr(C) over an array of one scalar type; the table is made from the field.
#[diagnostic::do_not_recommend]
unsafe impl<const N: usize, const D: usize, T: Scalar, const PADDING: usize> Parameters
    for Embedding<N, D, T, PADDING>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] =
        &[Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[N, D], role: Role::Parameter }];

    /// PyTorch's default: from the normal distribution of mean 0 and variance 1.
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        for (token, row) in self.weight.iter_mut().enumerate() {
            for value in row {
                *value = if token == PADDING { T::ZERO } else { T::normal(rng) };
            }
        }
    }
}

impl<const N: usize, const D: usize, T: Scalar, const PADDING: usize> Embedding<N, D, T, PADDING> {
    /// y, where the first sample of x is number `first` of its batch.
    #[inline(always)]
    #[track_caller]
    fn rows<const L: usize, X: Label<N>>(&self, first: usize, x: &[[X; L]], y: &mut [[[T; D]; L]]) {
        for (sample, (x, y)) in x.iter().zip(y).enumerate() {
            for (place, (token, y)) in x.iter().zip(y).enumerate() {
                let token = token.index();
                match self.weight.get(token) {
                    Some(row) => *y = *row,
                    None if cfg!(any(feature = "alloc", debug_assertions)) => unknown(first, sample, place, token, N),
                    None => *y = [T::from_f64(f64::NAN); D],
                }
            }
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn unknown(first: usize, sample: usize, place: usize, token: usize, count: usize) -> ! {
    let sample = first.saturating_add(sample);
    panic!("sample {sample} has the token {token} at {place}, but the embedding has {count} tokens")
}

#[diagnostic::do_not_recommend]
impl<const L: usize, const N: usize, const D: usize, T: Scalar, const PADDING: usize, X> Layer<[X; L]>
    for Embedding<N, D, T, PADDING>
where
    X: Tensor + Label<N>,
{
    type Output = [[T; D]; L];

    #[track_caller]
    fn infer(&self, x: &[[X; L]], y: &mut [[[T; D]; L]], _: &mut [T]) {
        self.rows(0, x, y);
    }

    #[track_caller]
    fn forward(&self, pass: &Pass, x: &[[X; L]], y: &mut [[[T; D]; L]], _: &mut [T]) {
        self.rows(pass.first, x, y);
    }

    fn backward(
        &self,
        _: &Pass,
        x: &[[X; L]],
        _: &[[[T; D]; L]],
        _: &mut [T],
        dy: &mut [[[T; D]; L]],
        _: Option<&mut [[X; L]]>,
        dp: Option<&mut Self>,
    ) {
        let Some(dp) = dp else { return };
        for (x, dy) in x.iter().zip(dy) {
            for (token, dy) in x.iter().zip(dy) {
                if let Some(row) = dp.weight.get_mut(token.index()).filter(|_| token.index() != PADDING) {
                    for (row, dy) in row.iter_mut().zip(dy) {
                        *row += *dy;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zeros;

    #[test]
    fn gradients_add_up_in_the_rows_of_their_tokens() {
        let (x, mut dp) = ([[1u16, 0, 1], [2, 2, 2]], zeros::<Embedding<3, 1, f32, 0>>());
        dp.weight = [[1.0]; 3];
        let (table, mut dy) = (zeros::<Embedding<3, 1, f32, 0>>(), [[[1.0], [2.0], [4.0]], [[8.0], [16.0], [32.0]]]);
        table.backward(&Pass::default(), &x, &[], &mut [], &mut dy, None, Some(&mut dp));
        assert_eq!(dp.weight, [[1.0], [6.0], [57.0]], "the first row is padding");
    }

    #[test]
    fn rows_are_normal_numbers_and_padding_is_zero() {
        let mut table: Embedding<500, 4, f64, 7> = zeros();
        table.init_in(&mut crate::Rng::new(1));
        assert_eq!(table.weight[7], [0.0; 4]);
        let values = table.weight.as_flattened();
        let (mean, square) = (values.iter().sum::<f64>() / 2000.0, values.iter().map(|v| v * v).sum::<f64>() / 2000.0);
        assert!(mean.abs() < 0.07 && (square - 1.0).abs() < 0.1, "{mean} {square}"); // three standard deviations
    }

    #[test]
    #[should_panic(expected = "sample 1 has the token 3 at 2, but the embedding has 3 tokens")]
    fn a_token_beyond_the_table_is_named() {
        zeros::<Embedding<3, 1>>().infer(&[[0u8; 3], [0, 0, 3]], &mut [[[0.0]; 3]; 2], &mut []);
    }
}
