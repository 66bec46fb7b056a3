//! y[o][l] = b[o] + sum over i, k of W[o][i][k] x[i][l s + k d - p]
//!
//! dx[i][l s + k d - p] = sum over o, k of W[o][i][k] dy[o][l], dW[o][i][k] += sum over l of dy[o][l] x[i][l s + k d - p],
//! db[o] += sum of dy[o]
//!
//! x counts as 0 outside of its line; what lies there is not multiplied, or multiplied by 0. i counts the channels of o's
//! group.

use crate::check;
use crate::kernels::convolution::{self, Slide};
use crate::layer::{Op, Pass};
use crate::layers::linear::Bias;
use crate::layers::planes::{planes, planes_mut};
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::shape;
use crate::tensor::{regrouped, regrouped_mut};
use crate::workspace::Extent;
use core::mem::offset_of;

/// A convolution over one dimension, PyTorch's
/// [`Conv1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html): from [C, L] to [O, OL] with
/// OL = floor((L + 2 P - D (K - 1) - 1) / S) + 1. A remainder by the stride is not read.
///
/// `weight` has the shape [O, I, K]. I is the number of input channels of a group: C, unless there are groups. S is the
/// stride, P the padding with zeros before and behind, D the dilation, G the number of groups, all with PyTorch's defaults; E
/// are further zeros behind, which `padding = same` needs with an even kernel, and which a `ZeroPad1d` before it becomes. B is
/// the bias, `[T; O]` or `()`.
///
/// In a declaration it is written `Conv1d<1, 8, 5, stride = 2, padding = 1>`, with `padding = same` for an output as long as
/// the input, `padding = valid` for none, and `dilation`, `groups`, `bias = false`. PyTorch's `padding_mode` is left out: the
/// padding is zeros.
///
/// ```
/// use dnn_core::{Conv1d, Op};
/// let slope: Conv1d<1, 1, 2> = Conv1d { weight: [[[-1.0, 1.0]]], bias: [0.5] };
/// let mut y = [[[0.0f32; 2]]];
/// slope.infer(&[[[1.0, 3.0, 3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[2.5, 0.5]]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Conv1d<
    const I: usize,
    const O: usize,
    const K: usize,
    T = f32,
    B = [T; O],
    const S: usize = 1,
    const P: usize = 0,
    const D: usize = 1,
    const G: usize = 1,
    const E: usize = 0,
> {
    /// W, [O, I, K]
    pub weight: [[[T; K]; I]; O],
    /// b, `[O]`
    pub bias: B,
}

impl<
    const I: usize,
    const O: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    const S: usize,
    const P: usize,
    const D: usize,
    const G: usize,
    const E: usize,
> Conv1d<I, O, K, T, B, S, P, D, G, E>
{
    const SLIDE: Slide = Slide { stride: [1, S], padding: [0, P], dilation: [1, D] };
    const ENTRIES: [Entry; 2] = [
        Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[O, I, K], role: Role::Parameter },
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[O], role: Role::Parameter },
    ];

    /// The output that an input of [C, L] has.
    const fn output(c: usize, l: usize) -> [usize; 2] {
        check::groups(c, I, O, G);
        check::biases(B::DIMS, O);
        [O, shape::windows(l, K, S, 2 * P + E, D)]
    }
}

// SAFETY: repr(C) over arrays of one scalar type; the table is made from the fields.
#[diagnostic::do_not_recommend]
unsafe impl<
    const I: usize,
    const O: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    const S: usize,
    const P: usize,
    const D: usize,
    const G: usize,
    const E: usize,
> Parameters for Conv1d<I, O, K, T, B, S, P, D, G, E>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match B::DIMS {
        Some(_) => &Self::ENTRIES,
        None => Self::ENTRIES.split_at(1).0,
    };

    /// PyTorch's default: weight and bias uniform in ±1/sqrt(I  K).
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        let bound = T::ONE / T::from_usize(I * K).sqrt();
        let weight = self.weight.as_flattened_mut().as_flattened_mut();
        for value in weight.iter_mut().chain(self.bias.values()) {
            *value = T::uniform(rng, bound);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<
    const C: usize,
    const L: usize,
    const OL: usize,
    const I: usize,
    const O: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    const S: usize,
    const P: usize,
    const D: usize,
    const G: usize,
    const E: usize,
> Op<[[T; L]; C], [[T; OL]; O]> for Conv1d<I, O, K, T, B, S, P, D, G, E>
{
    const INFER: Extent = Extent::NONE;
    const TRAIN: Extent = Extent::NONE;

    #[inline(always)]
    fn infer(&self, x: &[[[T; L]; C]], y: &mut [[[T; OL]; O]], _: &mut [T]) {
        const { check::gives(&Self::output(C, L), &[O, OL]) };
        convolution::gather(
            planes_mut(y),
            planes(x),
            regrouped::<_, [[[[T; K]; 1]; I]; O]>(&self.weight),
            &self.bias,
            Self::SLIDE,
        );
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[T; L]; C]], y: &mut [[[T; OL]; O]], saved: &mut [T]) {
        self.infer(x, y, saved);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[T; L]; C]],
        _: &[[[T; OL]; O]],
        _: &mut [T],
        dy: &mut [[[T; OL]; O]],
        dx: Option<&mut [[[T; L]; C]]>,
        dp: Option<&mut Self>,
    ) {
        if let Some(dx) = dx {
            convolution::scatter(
                planes_mut(dx),
                planes(dy),
                regrouped::<_, [[[[T; K]; 1]; I]; O]>(&self.weight),
                &(),
                Self::SLIDE,
            );
        }
        if let Some(dp) = dp {
            convolution::gradient_weight(
                regrouped_mut::<_, [[[[T; K]; 1]; I]; O]>(&mut dp.weight),
                planes(x),
                planes(dy),
                Self::SLIDE,
            );
            if B::DIMS.is_some() {
                convolution::gradient_bias(&mut dp.bias, planes(dy));
            }
        }
    }

    fn absorb(&mut self, _: usize, _: &[T]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn a_kernel_meets_every_window() {
        let conv: Conv1d<2, 1, 2> = Conv1d { weight: [[[1.0, 2.0], [0.0, -1.0]]], bias: [10.0] };
        let (x, mut y) = ([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]], [[[0.0f32; 2]]]);
        conv.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[10.0, 12.0]]]);
        let (mut dx, mut dp) = ([[[9.0; 3]; 2]], Conv1d { weight: [[[1.0; 2]; 2]], bias: [1.0] });
        conv.backward(&Pass::default(), &x, &y, &mut [], &mut [[[1.0, 2.0]]], Some(&mut dx), Some(&mut dp));
        assert_eq!(dx, [[[1.0, 4.0, 4.0], [0.0, -1.0, -2.0]]]);
        assert_eq!(dp, Conv1d { weight: [[[6.0, 9.0], [15.0, 18.0]]], bias: [4.0] });
    }

    #[test]
    fn a_line_as_long_as_a_second_of_sound() {
        let mut conv: Box<Conv1d<1, 2, 3, f32, [f32; 2], 2, 1>> = Box::new(crate::zeros());
        conv.weight = [[[1.0, 1.0, 1.0]], [[0.0, 0.0, 1.0]]];
        let x: Vec<[[f32; 16_000]; 1]> = vec![[core::array::from_fn(|i| (i % 10) as f32)]];
        let mut y = vec![[[0.0; 8000]; 2]];
        conv.infer(&x, &mut y, &mut []);
        assert_eq!(y[0][0][..6], [1.0, 6.0, 12.0, 18.0, 24.0, 10.0]);
        assert_eq!(y[0][1][..6], [1.0, 3.0, 5.0, 7.0, 9.0, 1.0]);
        assert_eq!((y[0][0][7999], y[0][1][7999]), (24.0, 9.0));
    }
}
