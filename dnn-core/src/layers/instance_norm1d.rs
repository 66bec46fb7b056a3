//! Instance normalisation of sequences; formulas and code are those of [`GroupNorm`] with a group for each channel.

use super::group_norm::GroupNorm;

/// Each channel of each sample brought to mean 0 and variance 1 by itself, PyTorch's
/// [`InstanceNorm1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html): from [C, L] to [C, L], a
/// [`GroupNorm`] with C groups. As in PyTorch it has no parameters by default; it tracks no running statistics.
///
/// In a declaration it is written `InstanceNorm1d<C>(eps = 1e-6)`, or `norm: InstanceNorm1d<C, affine = true>`.
///
/// ```
/// use dnn_core::{InstanceNorm1d, Layer};
/// let mut y = [[[[0.0f32; 2]]; 2]];
/// InstanceNorm1d::<2>::PLAIN.infer(&[[[[1.0, 3.0]], [[20.0, -20.0]]]], &mut y, &mut []);
/// assert_eq!(y[0].map(|[row]| row.map(f32::round)), [[-1.0, 1.0], [1.0, -1.0]]);
/// ```
pub type InstanceNorm1d<
    const C: usize,
    T = f32,
    const W: usize = 0,
    const B: usize = W,
    const EPS: u64 = { 1e-5f64.to_bits() },
> = GroupNorm<C, C, T, W, B, EPS>;
