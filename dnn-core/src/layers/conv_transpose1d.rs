//! y[o][l s + k d - p] = b[o] + sum over i, k of W[i][o][k] x[i][l]
//!
//! dx[i][l] = sum over o, k of W[i][o][k] dy[o][l s + k d - p], dW[i][o][k] += sum over l of x[i][l] dy[o][l s + k d - p],
//! db[o] += sum of dy[o]
//!
//! What lies outside of y is dropped. o counts the channels of i's group.

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

/// A transposed convolution over one dimension, the gradient of a convolution with respect to its input, PyTorch's
/// [`ConvTranspose1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html): from [I, L] to
/// [O G, OL] with OL = (L - 1) S - 2 P + D (K - 1) + Q + 1.
///
/// `weight` has the shape [I, O, K]. O is the number of output channels of a group: all, unless there are groups. S is the
/// stride, P the padding that the output is cut by on each side, D the dilation, G the number of groups, Q the output
/// padding, further elements behind, all with PyTorch's defaults. B is the bias, `[T; O]` or `()`; with groups it is written
/// out, as long as the output has channels.
///
/// In a declaration it is written `ConvTranspose1d<8, 3, 2, stride = 2>`, with `padding`, `output_padding`, `dilation`,
/// `groups` and `bias = false`.
///
/// ```
/// use dnn_core::{ConvTranspose1d, Op};
/// let spread: ConvTranspose1d<1, 1, 2, f32, [f32; 1], 2> = ConvTranspose1d { weight: [[[1.0, 10.0]]], bias: [0.5] };
/// let mut y = [[[0.0f32; 4]]];
/// spread.infer(&[[[1.0, 3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[1.5, 10.5, 3.5, 30.5]]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct ConvTranspose1d<
    const I: usize,
    const O: usize,
    const K: usize,
    T = f32,
    B = [T; O],
    const S: usize = 1,
    const P: usize = 0,
    const D: usize = 1,
    const G: usize = 1,
    const Q: usize = 0,
> {
    /// W, [I, O, K]
    pub weight: [[[T; K]; O]; I],
    /// b, [O * G]
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
    const Q: usize,
> ConvTranspose1d<I, O, K, T, B, S, P, D, G, Q>
{
    const SLIDE: Slide = Slide { stride: [1, S], padding: [0, P], dilation: [1, D] };
    const ENTRIES: [Entry; 2] = [
        Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[I, O, K], role: Role::Parameter },
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[O * G], role: Role::Parameter },
    ];

    /// The output that an input of [I, L] has where it has C channels.
    const fn output(c: usize, l: usize) -> [usize; 2] {
        check::groups(c, O, I, G);
        check::biases(B::DIMS, c);
        [O * G, shape::transposed(l, K, S, 2 * P, D, Q)]
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
    const Q: usize,
> Parameters for ConvTranspose1d<I, O, K, T, B, S, P, D, G, Q>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match B::DIMS {
        Some(_) => &Self::ENTRIES,
        None => Self::ENTRIES.split_at(1).0,
    };

    /// PyTorch's default: weight and bias uniform in ±1/sqrt(O K).
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        let bound = T::ONE / T::from_usize(O * K).sqrt();
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
    const Q: usize,
> Op<[[T; L]; I], [[T; OL]; C]> for ConvTranspose1d<I, O, K, T, B, S, P, D, G, Q>
{
    const INFER: Extent = Extent::NONE;
    const TRAIN: Extent = Extent::NONE;

    #[inline(always)]
    fn infer(&self, x: &[[[T; L]; I]], y: &mut [[[T; OL]; C]], _: &mut [T]) {
        const { check::gives(&Self::output(C, L), &[C, OL]) };
        let weight = regrouped::<_, [[[[T; K]; 1]; O]; I]>(&self.weight);
        convolution::scatter(planes_mut(y), planes(x), weight, &self.bias, Self::SLIDE);
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[T; L]; I]], y: &mut [[[T; OL]; C]], saved: &mut [T]) {
        self.infer(x, y, saved);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[T; L]; I]],
        _: &[[[T; OL]; C]],
        _: &mut [T],
        dy: &mut [[[T; OL]; C]],
        dx: Option<&mut [[[T; L]; I]]>,
        dp: Option<&mut Self>,
    ) {
        if let Some(dx) = dx {
            let weight = regrouped::<_, [[[[T; K]; 1]; O]; I]>(&self.weight);
            convolution::gather(planes_mut(dx), planes(dy), weight, &(), Self::SLIDE);
        }
        if let Some(dp) = dp {
            let weight = regrouped_mut::<_, [[[[T; K]; 1]; O]; I]>(&mut dp.weight);
            convolution::gradient_weight(weight, planes(dy), planes(x), Self::SLIDE);
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

    #[test]
    fn every_element_spreads_the_kernel() {
        let conv: ConvTranspose1d<2, 1, 2, f32, [f32; 1], 2, 1> =
            ConvTranspose1d { weight: [[[1.0, 2.0]], [[0.0, -1.0]]], bias: [0.5] };
        let (x, mut y) = ([[[1.0, 10.0], [3.0, 0.0]]], [[[9.0f32; 2]]]);
        conv.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[-0.5, 10.5]]]);
        let ones = ConvTranspose1d { weight: [[[1.0; 2]]; 2], bias: [1.0] };
        let (mut dx, mut dp) = ([[[9.0; 2]; 2]], ones);
        conv.backward(&Pass::default(), &x, &y, &mut [], &mut [[[1.0, 2.0]]], Some(&mut dx), Some(&mut dp));
        assert_eq!(dx, [[[2.0, 2.0], [-1.0, 0.0]]]);
        assert_eq!(dp, ConvTranspose1d { weight: [[[21.0, 2.0]], [[1.0, 4.0]]], bias: [4.0] });
    }
}
