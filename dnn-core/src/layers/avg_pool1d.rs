//! y[c][o] = the mean of x[c][o s + k - p] over k, in which the padding counts as zeros
//!
//! dx[c][o s + k - p] = the sum over o of dy[c][o] / the number of elements

use crate::kernels::window::{Mean, Window, mean, mean_back};
use crate::layers::planes::{no_parameters, over_lines};
use core::marker::PhantomData;

/// The mean of each window over one dimension, PyTorch's
/// [`AvgPool1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html): from [C, L] to [C, OL] with
/// OL = floor((L + 2 P - K) / S) + 1. `CEIL` rounds up instead, unless the last window would begin in the padding behind.
///
/// S is the stride, by default that of the kernel, P the padding, at most half of the kernel. The zeros of the padding count
/// unless `WITHIN`; what reaches beyond the padding behind never does.
///
/// In a declaration it is written `AvgPool1d<2>`, or `AvgPool1d<3, stride = 2, padding = 1>`, with `ceil_mode = true` and
/// `count_include_pad = false`.
///
/// ```
/// use dnn_core::{AvgPool1d, Op};
/// let pool: AvgPool1d<2> = AvgPool1d::new();
/// let mut y = [[[0.0f32; 2]]];
/// pool.infer(&[[[1.0, 2.0, 4.0, 3.0, 9.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[1.5, 3.5]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AvgPool1d<
    const K: usize,
    T = f32,
    const S: usize = K,
    const P: usize = 0,
    const CEIL: bool = false,
    const WITHIN: bool = false,
> {
    scalar: PhantomData<T>,
}

no_parameters! {
    AvgPool1d<[K], [S: usize, P: usize, CEIL: bool, WITHIN: bool]>
}
over_lines! {
    AvgPool1d<[K], [S: usize, P: usize, CEIL: bool, WITHIN: bool]>,
    Mean {
        window: Window { kernel: [1, K], stride: [1, S], padding: [0, P], dilation: [1, 1], ceil: CEIL },
        padded: !WITHIN,
        divisor: 0,
    },
    mean,
    mean_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn a_last_window_beyond_the_end_has_fewer_elements() {
        let pool: AvgPool1d<2, f32, 2, 0, true> = AvgPool1d::new();
        let (x, mut y, mut dx) = ([[[1.0, 5.0, 2.0]]], [[[0.0; 2]]], [[[9.0; 3]]]);
        pool.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[3.0, 2.0]]]);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[1.0, 2.0]]], Some(&mut dx), None);
        assert_eq!(dx, [[[0.5, 0.5, 2.0]]]);
    }
}
