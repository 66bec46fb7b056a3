//! y[c][l + left] = x[c][l], and 0 around it
//!
//! dx[c][l] = dy[c][l + left]

use crate::kernels::resample::{Padding, pad, pad_back};
use crate::layers::planes::{no_parameters, over_lines};
use core::marker::PhantomData;

/// Zeros before and behind, each side by itself, PyTorch's
/// [`ZeroPad1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ZeroPad1d.html): from [C, L] to
/// [C, L + LEFT + RIGHT].
///
/// In a declaration it is written `ZeroPad1d<1>` or, left, right, `ZeroPad1d<[2, 0]>`: that, before a `Conv1d`, is a causal
/// convolution.
///
/// Where a convolution alone reads it, a network makes no copy: the convolution has the zeros in its type, before and behind,
/// if there are not fewer of them behind than before.
///
/// ```
/// use dnn_core::{Op, ZeroPad1d};
/// let pad: ZeroPad1d<2, 1> = ZeroPad1d::new();
/// let mut y = [[[9.0f32; 4]]];
/// pad.infer(&[[[5.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[0.0, 0.0, 5.0, 0.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroPad1d<const LEFT: usize, const RIGHT: usize, T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    ZeroPad1d<[LEFT, RIGHT], []>
}
over_lines! {
    ZeroPad1d<[LEFT, RIGHT], []>,
    Padding { before: [0, LEFT], behind: [0, RIGHT] },
    pad,
    pad_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn zeros_take_no_gradient() {
        let pad: ZeroPad1d<1, 0> = ZeroPad1d::new();
        let (mut y, mut dx) = ([[[9.0; 3]]], [[[9.0; 2]]]);
        pad.infer(&[[[5.0, 6.0]]], &mut y, &mut []);
        assert_eq!(y, [[[0.0, 5.0, 6.0]]]);
        pad.backward(&Pass::default(), &[[[5.0, 6.0]]], &y, &mut [], &mut [[[1.0, 2.0, 3.0]]], Some(&mut dx), None);
        assert_eq!(dx, [[[2.0, 3.0]]]);
    }
}
