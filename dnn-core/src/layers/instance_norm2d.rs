//! Instance normalisation of images; formulas and code are those of [`GroupNorm`] with a group for each channel.

use super::group_norm::GroupNorm;

/// Each channel of each image brought to mean 0 and variance 1 by itself, PyTorch's
/// [`InstanceNorm2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html): from [C, H, W] to
/// [C, H, W], a [`GroupNorm`] with C groups. As in PyTorch it has no parameters by default; it tracks no running statistics.
///
/// In a declaration it is written `InstanceNorm2d<C>(eps = 1e-6)`, or `norm: InstanceNorm2d<C, affine = true>`.
///
/// ```
/// use dnn_core::{InstanceNorm2d, Layer};
/// let norm: InstanceNorm2d<1, f32, 1> = InstanceNorm2d { weight: [2.0], bias: [7.0] };
/// let mut y = [[[[0.0; 4]]]];
/// norm.infer(&[[[[1.0, 1.0, 3.0, 3.0]]]], &mut y, &mut []); // one channel of 2 x 2 values
/// assert_eq!(y[0][0][0].map(f32::round), [5.0, 5.0, 9.0, 9.0]);
/// ```
pub type InstanceNorm2d<
    const C: usize,
    T = f32,
    const W: usize = 0,
    const B: usize = W,
    const EPS: u64 = { 1e-5f64.to_bits() },
> = GroupNorm<C, C, T, W, B, EPS>;
