//! y[c][h + top][w + left] = x[c][h][w], and 0 around it
//!
//! dx[c][h][w] = dy[c][h + top][w + left]

use crate::kernels::resample::{Padding, pad, pad_back};
use crate::layers::planes::{no_parameters, over_planes};
use core::marker::PhantomData;

/// Zeros around rows and columns, each side by itself, PyTorch's
/// [`ZeroPad2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ZeroPad2d.html): from [C, H, W] to
/// [C, H + TOP + BOTTOM, W + LEFT + RIGHT].
///
/// In a declaration it is written `ZeroPad2d<1>` or, left, right, top, bottom as in PyTorch, `ZeroPad2d<[0, 1, 0, 1]>`:
/// that, before a `Conv2d` of stride 2, is TensorFlow's `SAME`. PyTorch's negative numbers, which cut, are left out.
///
/// Where a convolution alone reads it, a network makes no copy: the convolution has the zeros in its type, before and behind,
/// if there are not fewer of them behind than before.
///
/// ```
/// use dnn_core::{Op, ZeroPad2d};
/// let pad: ZeroPad2d<1, 0, 0, 1> = ZeroPad2d::new();
/// let mut y = [[[[9.0f32; 2]; 2]]];
/// pad.infer(&[[[[5.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[0.0, 5.0], [0.0, 0.0]]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroPad2d<const LEFT: usize, const RIGHT: usize, const TOP: usize, const BOTTOM: usize, T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    ZeroPad2d<[LEFT, RIGHT, TOP, BOTTOM], []>
}
over_planes! {
    ZeroPad2d<[LEFT, RIGHT, TOP, BOTTOM], []>,
    Padding { before: [TOP, LEFT], behind: [BOTTOM, RIGHT] },
    pad,
    pad_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn zeros_take_no_gradient() {
        let pad: ZeroPad2d<1, 2, 1, 0> = ZeroPad2d::new();
        let (x, mut y, mut dx) = ([[[[5.0], [6.0]]]], [[[[9.0; 4]; 3]]], [[[[9.0]; 2]]]);
        pad.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[0.0; 4], [0.0, 5.0, 0.0, 0.0], [0.0, 6.0, 0.0, 0.0]]]]);
        let mut dy = [[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]]]];
        pad.backward(&Pass::default(), &x, &y, &mut [], &mut dy, Some(&mut dx), None);
        assert_eq!(dx, [[[[6.0], [10.0]]]]);
    }
}
