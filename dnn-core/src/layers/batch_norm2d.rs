//! Batch normalisation of images; formulas and code are those of [`BatchNorm`], with S = H W.

use super::batch_norm::BatchNorm;

/// Batch normalisation of C channels of H x W values, PyTorch's
/// [`BatchNorm2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html): from [C, H, W] to [C, H, W], each
/// channel over the batch and all its places. [`BatchNorm`] has the formulas and what training needs.
///
/// In a declaration it is written `norm: BatchNorm2d<C>`, with the options and hyper-parameters of
/// [`BatchNorm1d`](crate::BatchNorm1d).
///
/// ```
/// use dnn_core::{BatchNorm2d, Layer};
/// let norm: BatchNorm2d<1> =
///     BatchNorm2d { weight: [3.0], bias: [1.0], running_mean: [2.0], running_var: [4.0] };
/// let x = [[[0.0f32, 2.0, 4.0, 6.0]]]; // one channel of 2 x 2 values
/// let mut y = x;
/// norm.infer(&x, &mut y, &mut [0.0]);
/// assert_eq!(y[0][0].map(f32::round), [-2.0, 1.0, 4.0, 7.0]);
/// ```
pub type BatchNorm2d<
    const C: usize,
    T = f32,
    const W: usize = C,
    const B: usize = W,
    const EPS: u64 = { 1e-5f64.to_bits() },
    const MOMENTUM: u64 = { 0.1f64.to_bits() },
> = BatchNorm<C, T, W, B, EPS, MOMENTUM>;
