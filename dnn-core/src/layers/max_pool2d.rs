//! y[c][oh][ow] = the largest x[c][oh s + kh d - p][ow s + kw d - p] over kh, kw
//!
//! dx += dy at the first of the largest elements of each window, in the order of rows and columns. What lies outside of the
//! planes is never the largest. A NaN is larger than every number, as in PyTorch: the last one of a window gets the gradient.

use crate::kernels::window::{Window, largest, largest_back};
use crate::layers::planes::{no_parameters, over_planes};
use core::marker::PhantomData;

/// The largest element of each window over rows and columns, PyTorch's
/// [`MaxPool2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html): from [C, H, W] to [C, OH, OW]
/// with OH = floor((H + 2 PH - DH (KH - 1) - 1) / SH) + 1 and OW alike. `CEIL` rounds up instead, unless the last window
/// would begin in the padding behind.
///
/// S is the stride, by default that of the kernel, P the padding, at most half of the kernel, D the dilation.
///
/// In a declaration it is written `MaxPool2d<2>`, or `MaxPool2d<[3, 2], stride = 2, padding = [1, 0]>`, with `dilation` and
/// `ceil_mode = true`. PyTorch's `return_indices` is left out.
///
/// ```
/// use dnn_core::{MaxPool2d, Op};
/// let pool: MaxPool2d<2, 2> = MaxPool2d::new();
/// let mut y = [[[[0.0f32; 2]]]];
/// pool.infer(&[[[[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[8.0, 6.0]]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool2d<
    const KH: usize,
    const KW: usize,
    T = f32,
    const SH: usize = KH,
    const SW: usize = KW,
    const PH: usize = 0,
    const PW: usize = 0,
    const DH: usize = 1,
    const DW: usize = 1,
    const CEIL: bool = false,
> {
    scalar: PhantomData<T>,
}

no_parameters! {
    MaxPool2d<[KH, KW], [SH: usize, SW: usize, PH: usize, PW: usize, DH: usize, DW: usize, CEIL: bool]>
}
over_planes! {
    MaxPool2d<[KH, KW], [SH: usize, SW: usize, PH: usize, PW: usize, DH: usize, DW: usize, CEIL: bool]>,
    Window { kernel: [KH, KW], stride: [SH, SW], padding: [PH, PW], dilation: [DH, DW], ceil: CEIL },
    largest,
    largest_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    const X: [[[[f32; 5]; 3]; 1]; 1] =
        [[[[1.0, 5.0, 2.0, 0.0, 9.0], [4.0, 5.0, 3.0, 3.0, 9.0], [8.0, 8.0, 8.0, 8.0, 8.0]]]];

    #[test]
    fn a_remainder_is_not_read_and_the_first_of_equals_gets_the_gradient() {
        let pool: MaxPool2d<2, 2> = MaxPool2d::new();
        let (mut y, mut dx) = ([[[[0.0; 2]]]], [[[[7.0; 5]; 3]]]);
        pool.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[[5.0, 3.0]]]]);
        pool.backward(&Pass::default(), &X, &y, &mut [], &mut [[[[1.0, 2.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[0.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0, 0.0], [0.0; 5]]]]);
    }

    #[test]
    fn rounding_up_reads_the_remainder() {
        let pool: MaxPool2d<2, 2, f32, 2, 2, 0, 0, 1, 1, true> = MaxPool2d::new();
        let mut y = [[[[0.0; 3]; 2]]];
        pool.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[[5.0, 3.0, 9.0], [8.0, 8.0, 8.0]]]]);
    }

    #[test]
    fn windows_that_overlap_add_their_gradients() {
        let pool: MaxPool2d<1, 3, f32, 1, 1, 0, 1> = MaxPool2d::new();
        let (x, mut y, mut dx) = ([[[[-1.0, -5.0, -2.0]]]], [[[[0.0; 3]]]], [[[[0.0; 3]]]]);
        pool.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[-1.0, -1.0, -2.0]]]], "the zeros outside are not among the elements");
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[[1.0, 2.0, 4.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[3.0, 0.0, 4.0]]]]);
    }

    #[test]
    fn a_nan_is_the_largest_and_the_last_one_gets_the_gradient() {
        let pool: MaxPool2d<1, 4> = MaxPool2d::new();
        let x = [[[[1.0, f32::NAN, f32::NAN, f32::INFINITY]]]];
        let (mut y, mut dx) = ([[[[0.0]]]], [[[[0.0; 4]]]]);
        pool.infer(&x, &mut y, &mut []);
        assert!(y[0][0][0][0].is_nan());
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[[1.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[0.0, 0.0, 1.0, 0.0]]]]);
    }

    #[test]
    fn minus_infinity_alone_stays_what_it_is() {
        let pool: MaxPool2d<1, 2> = MaxPool2d::new();
        let (x, mut y, mut dx) = ([[[[f32::NEG_INFINITY; 2]]]], [[[[0.0]]]], [[[[0.0; 2]]]]);
        pool.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[f32::NEG_INFINITY]]]]);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[[1.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[1.0, 0.0]]]]);
    }
}
