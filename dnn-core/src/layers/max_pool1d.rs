//! y[c][o] = the largest x[c][o s + k d - p] over k
//!
//! dx += dy at the first of the largest elements of each window. What lies outside is never the largest. A NaN is larger than
//! every number, as in PyTorch: the last one of a window gets the gradient.

use crate::kernels::window::{Window, largest, largest_back};
use crate::layers::planes::{no_parameters, over_lines};
use core::marker::PhantomData;

/// The largest element of each window over one dimension, PyTorch's
/// [`MaxPool1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html): from [C, L] to [C, OL] with
/// OL = floor((L + 2 P - D (K - 1) - 1) / S) + 1. `CEIL` rounds up instead, unless the last window would begin in the padding
/// behind.
///
/// S is the stride, by default that of the kernel, P the padding, at most half of the kernel, D the dilation.
///
/// In a declaration it is written `MaxPool1d<2>`, or `MaxPool1d<3, stride = 2, padding = 1>`, with `dilation` and
/// `ceil_mode = true`. PyTorch's `return_indices` is left out.
///
/// ```
/// use dnn_core::{MaxPool1d, Op};
/// let pool: MaxPool1d<2> = MaxPool1d::new();
/// let mut y = [[[0.0f32; 2]]];
/// pool.infer(&[[[1.0, 2.0, 4.0, 3.0, 9.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[2.0, 4.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool1d<
    const K: usize,
    T = f32,
    const S: usize = K,
    const P: usize = 0,
    const D: usize = 1,
    const CEIL: bool = false,
> {
    scalar: PhantomData<T>,
}

no_parameters! {
    MaxPool1d<[K], [S: usize, P: usize, D: usize, CEIL: bool]>
}
over_lines! {
    MaxPool1d<[K], [S: usize, P: usize, D: usize, CEIL: bool]>,
    Window { kernel: [1, K], stride: [1, S], padding: [0, P], dilation: [1, D], ceil: CEIL },
    largest,
    largest_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn every_window_hands_its_gradient_to_its_largest_element() {
        let pool: MaxPool1d<3, f32, 2, 1> = MaxPool1d::new();
        let (x, mut y, mut dx) = ([[[1.0, 5.0, 2.0, 4.0]]], [[[0.0; 2]]], [[[9.0; 4]]]);
        pool.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[5.0, 5.0]]]);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[1.0, 2.0]]], Some(&mut dx), None);
        assert_eq!(dx, [[[0.0, 3.0, 0.0, 0.0]]]);
    }
}
