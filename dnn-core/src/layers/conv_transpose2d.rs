//! y[o][h s + kh d - p][w s + kw d - p] = b[o] + sum over i, kh, kw of W[i][o][kh][kw] x[i][h][w]
//!
//! dx[i][h][w] = sum over o, kh, kw of W[i][o][kh][kw] dy[o][h s + kh d - p][w s + kw d - p],
//! dW[i][o][kh][kw] += sum over h, w of x[i][h][w] dy[o][h s + kh d - p][w s + kw d - p], db[o] += sum of dy[o]
//!
//! What lies outside of y's planes is dropped. o counts the channels of i's group.

use crate::check;
use crate::kernels::convolution::{self, Slide};
use crate::layer::{Op, Pass};
use crate::layers::linear::Bias;
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::shape;
use crate::workspace::Extent;
use core::mem::offset_of;

/// A transposed convolution over rows and columns, the gradient of a convolution with respect to its input, PyTorch's
/// [`ConvTranspose2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html): from [I, H, W] to
/// [O G, OH, OW] with OH = (H - 1) SH - 2 PH + DH (KH - 1) + QH + 1 and OW alike.
///
/// `weight` has the shape [I, O, KH, KW]. O is the number of output channels of a group: all, unless there are groups. S is
/// the stride, P the padding that the output is cut by on each side, D the dilation, G the number of groups, Q the output
/// padding, further rows and columns behind, all with PyTorch's defaults. B is the bias, `[T; O]` or `()`; with groups it is
/// written out, as long as the output has channels.
///
/// In a declaration it is written `ConvTranspose2d<8, 3, 2, stride = 2>`, with lists for rows and columns, and `padding`,
/// `output_padding`, `dilation`, `groups`, `bias = false`.
///
/// ```
/// use dnn_core::{ConvTranspose2d, Op};
/// let spread: ConvTranspose2d<1, 1, 1, 2, f32, [f32; 1], 1, 2> =
///     ConvTranspose2d { weight: [[[[1.0, 10.0]]]], bias: [0.5] };
/// let mut y = [[[[0.0f32; 4]]]];
/// spread.infer(&[[[[1.0, 3.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[1.5, 10.5, 3.5, 30.5]]]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct ConvTranspose2d<
    const I: usize,
    const O: usize,
    const KH: usize,
    const KW: usize,
    T = f32,
    B = [T; O],
    const SH: usize = 1,
    const SW: usize = 1,
    const PH: usize = 0,
    const PW: usize = 0,
    const DH: usize = 1,
    const DW: usize = 1,
    const G: usize = 1,
    const QH: usize = 0,
    const QW: usize = 0,
> {
    /// W, [I, O, KH, KW]
    pub weight: [[[[T; KW]; KH]; O]; I],
    /// b, [O * G]
    pub bias: B,
}

impl<
    const I: usize,
    const O: usize,
    const KH: usize,
    const KW: usize,
    T: Scalar,
    B: Bias<T>,
    const SH: usize,
    const SW: usize,
    const PH: usize,
    const PW: usize,
    const DH: usize,
    const DW: usize,
    const G: usize,
    const QH: usize,
    const QW: usize,
> ConvTranspose2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, QH, QW>
{
    const SLIDE: Slide = Slide { stride: [SH, SW], padding: [PH, PW], dilation: [DH, DW] };
    const ENTRIES: [Entry; 2] = [
        Entry::Tensor {
            name: "weight",
            offset: offset_of!(Self, weight),
            dims: &[I, O, KH, KW],
            role: Role::Parameter,
        },
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[O * G], role: Role::Parameter },
    ];

    /// The output that an input of [H, W] has, and the lengths of [C, OH, OW].
    const fn output(c: usize, h: usize, w: usize) -> [usize; 3] {
        check::groups(c, O, I, G);
        check::biases(B::DIMS, c);
        let rows = shape::transposed(h, KH, SH, 2 * PH, DH, QH);
        [O * G, rows, shape::transposed(w, KW, SW, 2 * PW, DW, QW)]
    }
}

// SAFETY: repr(C) over arrays of one scalar type; the table is made from the fields.
#[diagnostic::do_not_recommend]
unsafe impl<
    const I: usize,
    const O: usize,
    const KH: usize,
    const KW: usize,
    T: Scalar,
    B: Bias<T>,
    const SH: usize,
    const SW: usize,
    const PH: usize,
    const PW: usize,
    const DH: usize,
    const DW: usize,
    const G: usize,
    const QH: usize,
    const QW: usize,
> Parameters for ConvTranspose2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, QH, QW>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match B::DIMS {
        Some(_) => &Self::ENTRIES,
        None => Self::ENTRIES.split_at(1).0,
    };

    /// PyTorch's default: weight and bias uniform in ±1/sqrt(O KH KW).
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        let bound = T::ONE / T::from_usize(O * KH * KW).sqrt();
        let weight = self.weight.as_flattened_mut().as_flattened_mut().as_flattened_mut();
        for value in weight.iter_mut().chain(self.bias.values()) {
            *value = T::uniform(rng, bound);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
    const I: usize,
    const O: usize,
    const KH: usize,
    const KW: usize,
    T: Scalar,
    B: Bias<T>,
    const SH: usize,
    const SW: usize,
    const PH: usize,
    const PW: usize,
    const DH: usize,
    const DW: usize,
    const G: usize,
    const QH: usize,
    const QW: usize,
> Op<[[[T; W]; H]; I], [[[T; OW]; OH]; C]> for ConvTranspose2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, QH, QW>
{
    const INFER: Extent = Extent::NONE;
    const TRAIN: Extent = Extent::NONE;

    #[inline(always)]
    fn infer(&self, x: &[[[[T; W]; H]; I]], y: &mut [[[[T; OW]; OH]; C]], _: &mut [T]) {
        const { check::gives(&Self::output(C, H, W), &[C, OH, OW]) };
        convolution::scatter(y, x, &self.weight, &self.bias, Self::SLIDE);
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[[T; W]; H]; I]], y: &mut [[[[T; OW]; OH]; C]], saved: &mut [T]) {
        self.infer(x, y, saved);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[[T; W]; H]; I]],
        _: &[[[[T; OW]; OH]; C]],
        _: &mut [T],
        dy: &mut [[[[T; OW]; OH]; C]],
        dx: Option<&mut [[[[T; W]; H]; I]]>,
        dp: Option<&mut Self>,
    ) {
        if let Some(dx) = dx {
            convolution::gather(dx, dy, &self.weight, &(), Self::SLIDE);
        }
        if let Some(dp) = dp {
            convolution::gradient_weight(&mut dp.weight, dy, x, Self::SLIDE);
            if B::DIMS.is_some() {
                convolution::gradient_bias(&mut dp.bias, dy);
            }
        }
    }

    fn absorb(&mut self, _: usize, _: &[T]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_spreads_the_kernel() {
        let conv: ConvTranspose2d<1, 2, 2, 2> =
            ConvTranspose2d { weight: [[[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, -1.0]]]], bias: [0.0, 0.5] };
        let (x, mut y) = ([[[[1.0, 10.0]]]], [[[[9.0; 3]; 2]; 2]]);
        conv.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[1.0, 12.0, 20.0], [3.0, 34.0, 40.0]], [[0.5, 0.5, 0.5], [0.5, -0.5, -9.5]]]]);
        let mut dy = [[[[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]];
        let ones = ConvTranspose2d { weight: [[[[1.0; 2]; 2]; 2]], bias: [1.0; 2] };
        let (mut dx, mut dp) = ([[[[9.0; 2]]]], ones);
        conv.backward(&Pass::default(), &x, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        assert_eq!(dx, [[[[4.0, 6.0]]]]);
        assert_eq!(dp.weight, [[[[22.0, 3.0], [1.0, 11.0]], [[1.0, 1.0], [11.0, 2.0]]]]);
        assert_eq!(dp.bias, [5.0, 2.0]);
    }

    #[test]
    fn a_stride_leaves_gaps_that_hold_the_bias() {
        let conv: ConvTranspose2d<1, 1, 1, 1, f32, [f32; 1], 1, 2, 0, 0, 1, 1, 1, 0, 1> =
            ConvTranspose2d { weight: [[[[2.0]]]], bias: [0.5] };
        let mut y = [[[[9.0; 4]]]];
        conv.infer(&[[[[1.0, 3.0]]]], &mut y, &mut []);
        assert_eq!(y, [[[[2.5, 0.5, 6.5, 0.5]]]]);
    }
}
