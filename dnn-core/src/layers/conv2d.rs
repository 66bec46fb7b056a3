//! y[o][oh][ow] = b[o] + sum over i, kh, kw of W[o][i][kh][kw] x[i][oh s + kh d - p][ow s + kw d - p]
//!
//! dx[i][oh s + kh d - p][ow s + kw d - p] = sum over o, kh, kw of W[o][i][kh][kw] dy[o][oh][ow],
//! dW[o][i][kh][kw] += sum over oh, ow of dy[o][oh][ow] x[i][oh s + kh d - p][ow s + kw d - p], db[o] += sum of dy[o]
//!
//! x counts as 0 outside of its planes; what lies there is not multiplied, or multiplied by 0. i counts the channels of o's
//! group.

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

/// A convolution over rows and columns, PyTorch's
/// [`Conv2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html): from [C, H, W] to [O, OH, OW] with
/// OH = floor((H + 2 PH - DH (KH - 1) - 1) / SH) + 1 and OW alike. A remainder by the stride is not read.
///
/// `weight` has the shape [O, I, KH, KW]. I is the number of input channels of a group: C, unless there are groups. S is the
/// stride, P the padding with zeros before and behind, D the dilation, G the number of groups, all with PyTorch's defaults; E
/// are further zeros behind, which `padding = same` needs with an even kernel, and which a `ZeroPad2d` before it becomes. B is
/// the bias, `[T; O]` or `()`.
///
/// In a declaration it is written `Conv2d<3, 8, 5, stride = 2, padding = 1>`, with lists for rows and columns,
/// `Conv2d<3, 8, [5, 3], padding = [2, 1]>`, `padding = same` for an output as long as the input, `padding = valid` for none,
/// and `dilation`, `groups`, `bias = false`. PyTorch's `padding_mode` is left out: the padding is zeros.
///
/// Zeros that change no sum may be multiplied or left out, as in PyTorch, whose implementations differ. So an infinite weight
/// or dy may give NaN where the formula has no product: in y and dW where a window reaches into the padding, and before `Relu`
/// and `MaxPool2d<2>` in dx one row or column beside the window of that dy.
///
/// ```
/// use dnn_core::{Conv2d, Op};
/// let edges: Conv2d<1, 1, 1, 2> = Conv2d { weight: [[[[-1.0, 1.0]]]], bias: [0.5] };
/// let mut y = [[[[0.0f32; 2]]]];
/// edges.infer(&[[[[1.0, 3.0, 3.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[2.5, 0.5]]]]);
/// ```
///
/// Other lengths do not compile where the layer runs:
///
/// ```compile_fail
/// use dnn_core::{Conv2d, Op};
/// let edges: Conv2d<1, 1, 1, 2> = Conv2d { weight: [[[[-1.0, 1.0]]]], bias: [0.5] };
/// edges.infer(&[[[[1.0f32, 3.0, 3.0]]]], &mut [[[[0.0; 3]]]], &mut []);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2d<
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
    const EH: usize = 0,
    const EW: usize = 0,
> {
    /// W, [O, I, KH, KW]
    pub weight: [[[[T; KW]; KH]; I]; O],
    /// b, `[O]`
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
    const EH: usize,
    const EW: usize,
> Conv2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, EH, EW>
{
    pub(super) const SLIDE: Slide = Slide { stride: [SH, SW], padding: [PH, PW], dilation: [DH, DW] };
    const ENTRIES: [Entry; 2] = [
        Entry::Tensor {
            name: "weight",
            offset: offset_of!(Self, weight),
            dims: &[O, I, KH, KW],
            role: Role::Parameter,
        },
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[O], role: Role::Parameter },
    ];

    /// The output that an input of [C, H, W] has.
    pub(super) const fn output(c: usize, h: usize, w: usize) -> [usize; 3] {
        check::groups(c, I, O, G);
        check::biases(B::DIMS, O);
        let rows = shape::windows(h, KH, SH, 2 * PH + EH, DH);
        [O, rows, shape::windows(w, KW, SW, 2 * PW + EW, DW)]
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
    const EH: usize,
    const EW: usize,
> Parameters for Conv2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, EH, EW>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match B::DIMS {
        Some(_) => &Self::ENTRIES,
        None => Self::ENTRIES.split_at(1).0,
    };

    /// PyTorch's default: weight and bias uniform in ±1/sqrt(I KH KW).
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        let bound = T::ONE / T::from_usize(I * KH * KW).sqrt();
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
    const EH: usize,
    const EW: usize,
> Op<[[[T; W]; H]; C], [[[T; OW]; OH]; O]> for Conv2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, EH, EW>
{
    const INFER: Extent = Extent::NONE;
    const TRAIN: Extent = Extent::NONE;

    #[inline(always)]
    fn infer(&self, x: &[[[[T; W]; H]; C]], y: &mut [[[[T; OW]; OH]; O]], _: &mut [T]) {
        const { check::gives(&Self::output(C, H, W), &[O, OH, OW]) };
        convolution::gather(y, x, &self.weight, &self.bias, Self::SLIDE);
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[[T; W]; H]; C]], y: &mut [[[[T; OW]; OH]; O]], saved: &mut [T]) {
        self.infer(x, y, saved);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[[T; W]; H]; C]],
        _: &[[[[T; OW]; OH]; O]],
        _: &mut [T],
        dy: &mut [[[[T; OW]; OH]; O]],
        dx: Option<&mut [[[[T; W]; H]; C]]>,
        dp: Option<&mut Self>,
    ) {
        const { check::gives(&Self::output(C, H, W), &[O, OH, OW]) };
        if let Some(dx) = dx {
            convolution::scatter(dx, dy, &self.weight, &(), Self::SLIDE);
        }
        if let Some(dp) = dp {
            convolution::gradient_weight(&mut dp.weight, x, dy, Self::SLIDE);
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

    /// One channel of 3 x 3, two kernels of 2 x 2.
    const X: [[[[f32; 3]; 3]; 1]; 1] = [[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]];
    const WEIGHT: [[[[f32; 2]; 2]; 1]; 2] = [[[[1.0, 0.0], [0.0, -1.0]]], [[[0.5, 0.5], [0.5, 0.5]]]];

    #[test]
    fn a_kernel_meets_every_window() {
        let conv: Conv2d<1, 2, 2, 2> = Conv2d { weight: WEIGHT, bias: [10.0, 0.0] };
        let mut y = [[[[9.0; 2]; 2]; 2]];
        conv.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[[6.0, 6.0], [6.0, 6.0]], [[6.0, 8.0], [12.0, 14.0]]]]);

        let mut dy = [[[[1.0, 0.0], [0.0, 2.0]], [[2.0, 4.0], [0.0, 0.0]]]];
        let (mut dx, mut dp) = ([[[[9.0; 3]; 3]; 1]], Conv2d { weight: [[[[1.0; 2]; 2]; 1]; 2], bias: [1.0; 2] });
        conv.backward(&Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        // Two of the first kernel, at the upper left and the lower right, and two of the second, in the upper row.
        assert_eq!(dx, [[[[2.0, 3.0, 2.0], [1.0, 4.0, 2.0], [0.0, 0.0, -2.0]]]]);
        // 1 + dy[0] x at both places, and 2 x + 4 x moved by a column.
        assert_eq!(dp.weight[0], [[[1.0 + 1.0 + 10.0, 1.0 + 2.0 + 12.0], [1.0 + 4.0 + 16.0, 1.0 + 5.0 + 18.0]]]);
        assert_eq!(dp.weight[1], [[[1.0 + 2.0 + 8.0, 1.0 + 4.0 + 12.0], [1.0 + 8.0 + 20.0, 1.0 + 10.0 + 24.0]]]);
        assert_eq!(dp.bias, [4.0, 7.0]);
    }

    #[test]
    fn zeros_stand_around_the_planes_and_the_stride_leaves_a_remainder() {
        // Columns: from -1 by 2 over 4, so 2 windows of 3, and the last column is read; rows: 1 window of 2 in 3.
        let conv: Conv2d<1, 1, 2, 3, f32, (), 2, 2, 0, 1> = Conv2d { weight: [[[[1.0; 3]; 2]]], bias: () };
        let x = [[[[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0], [9.0; 4]]]];
        let mut y = [[[[0.0; 2]]]];
        conv.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[33.0, 99.0]]]]);
    }

    #[test]
    fn groups_see_their_own_channels_alone() {
        let conv: Conv2d<1, 4, 1, 1, f32, (), 1, 1, 0, 0, 1, 1, 2> =
            Conv2d { weight: [[[[1.0]]], [[[2.0]]], [[[3.0]]], [[[4.0]]]], bias: () };
        let mut y = [[[[0.0]]; 4]];
        conv.infer(&[[[[1.0]], [[100.0]]]], &mut y, &mut []);
        assert_eq!(y, [[[[1.0]], [[2.0]], [[300.0]], [[400.0]]]]);
    }

    #[test]
    fn initial_values_stay_within_the_bound_of_pytorch() {
        let mut conv: Conv2d<4, 40, 2, 2> = crate::zeros();
        conv.init_in(&mut crate::Rng::new(1));
        assert!(conv.flat().iter().all(|v| (-0.25..0.25).contains(v)));
        assert!(conv.flat().iter().any(|v| *v > 0.24) && conv.bias.iter().any(|v| *v < -0.2));
    }
}
