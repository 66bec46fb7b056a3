//! y[c][oh][ow] = the mean of x[c][oh s + kh - p][ow s + kw - p] over kh, kw, in which the padding counts as zeros
//!
//! dx[c][oh s + kh - p][ow s + kw - p] = the sum over oh, ow of dy[c][oh][ow] / the number of elements

use crate::kernels::window::{Mean, Window, mean, mean_back};
use crate::layers::planes::{no_parameters, over_planes};
use core::marker::PhantomData;

/// The mean of each window over rows and columns, PyTorch's
/// [`AvgPool2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html): from [C, H, W] to [C, OH, OW]
/// with OH = floor((H + 2 PH - KH) / SH) + 1 and OW alike. `CEIL` rounds up instead, unless the last window would begin in
/// the padding behind.
///
/// S is the stride, by default that of the kernel, P the padding, at most half of the kernel. The zeros of the padding count
/// unless `WITHIN`; what reaches beyond the padding behind never does. DIVISOR, if it is not 0, takes the place of the number
/// of elements.
///
/// In a declaration it is written `AvgPool2d<2>`, or `AvgPool2d<[3, 2], stride = 2, padding = [1, 0]>`, with
/// `ceil_mode = true`, `count_include_pad = false` and `divisor_override = 3`.
///
/// ```
/// use dnn_core::{AvgPool2d, Op};
/// let pool: AvgPool2d<2, 2> = AvgPool2d::new();
/// let mut y = [[[[0.0f32; 2]]]];
/// pool.infer(&[[[[1.0, 2.0, 3.0, 4.0], [8.0, 5.0, 6.0, 7.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[4.0, 5.0]]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AvgPool2d<
    const KH: usize,
    const KW: usize,
    T = f32,
    const SH: usize = KH,
    const SW: usize = KW,
    const PH: usize = 0,
    const PW: usize = 0,
    const CEIL: bool = false,
    const WITHIN: bool = false,
    const DIVISOR: usize = 0,
> {
    scalar: PhantomData<T>,
}

no_parameters! {
    AvgPool2d<[KH, KW], [SH: usize, SW: usize, PH: usize, PW: usize, CEIL: bool, WITHIN: bool, DIVISOR: usize]>
}
over_planes! {
    AvgPool2d<[KH, KW], [SH: usize, SW: usize, PH: usize, PW: usize, CEIL: bool, WITHIN: bool, DIVISOR: usize]>,
    Mean {
        window: Window { kernel: [KH, KW], stride: [SH, SW], padding: [PH, PW], dilation: [1, 1], ceil: CEIL },
        padded: !WITHIN,
        divisor: DIVISOR,
    },
    mean,
    mean_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    const X: [[[[f32; 3]; 2]; 1]; 1] = [[[[2.0, 4.0, 6.0], [8.0, 2.0, 2.0]]]];

    #[test]
    fn the_padding_counts_as_zeros() {
        let pool: AvgPool2d<2, 2, f32, 2, 2, 1, 1> = AvgPool2d::new();
        let (mut y, mut dx) = ([[[[0.0; 2]; 2]]], [[[[9.0; 3]; 2]]]);
        pool.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[[0.5, 2.5], [2.0, 1.0]]]]);
        let mut dy = [[[[4.0, 8.0], [12.0, 16.0]]]];
        pool.backward(&Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), None);
        assert_eq!(dx, [[[[1.0, 2.0, 2.0], [3.0, 4.0, 4.0]]]]);
    }

    #[test]
    fn a_divisor_of_its_own_is_for_every_window() {
        let pool: AvgPool2d<2, 2, f32, 2, 2, 1, 1, false, true, 2> = AvgPool2d::new();
        let (mut y, mut dx) = ([[[[0.0; 2]; 2]]], [[[[9.0; 3]; 2]]]);
        pool.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[[1.0, 5.0], [4.0, 2.0]]]]);
        let mut dy = [[[[4.0, 8.0], [12.0, 16.0]]]];
        pool.backward(&Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), None);
        assert_eq!(dx, [[[[2.0, 4.0, 4.0], [6.0, 8.0, 8.0]]]]);
    }

    #[test]
    fn within_the_planes_alone_it_does_not_count() {
        let pool: AvgPool2d<2, 2, f32, 2, 2, 1, 1, false, true> = AvgPool2d::new();
        let (mut y, mut dx) = ([[[[0.0; 2]; 2]]], [[[[9.0; 3]; 2]]]);
        pool.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[[2.0, 5.0], [8.0, 2.0]]]]);
        let mut dy = [[[[4.0, 8.0], [12.0, 16.0]]]];
        pool.backward(&Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), None);
        assert_eq!(dx, [[[[4.0, 4.0, 4.0], [12.0, 8.0, 8.0]]]]);
    }
}
