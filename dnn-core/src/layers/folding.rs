//! A product and the batch normalisation behind it as one product, for inference: with s = w / sqrt(running_var + eps)
//!
//! s (W x + b - running_mean) + shift = (s W) x + (s (b - running_mean) + shift)
//!
//! Both layers have to compute in one scalar and to have as many channels: anything else does not compile. That nothing stands
//! between them, no activation for example, is for the caller to see to: types do not say it.

use super::batch_norm::BatchNorm;
use super::conv_transpose1d::ConvTranspose1d;
use super::conv_transpose2d::ConvTranspose2d;
use super::conv1d::Conv1d;
use super::conv2d::Conv2d;
use super::linear::{Bias, Linear};
use crate::check;
use crate::parameters::zeros;
use crate::scalar::Scalar;
use crate::tensor::flat_mut;

impl<const C: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>
    BatchNorm<C, T, W, B, EPS, MOMENTUM>
{
    /// Makes of the weights of output `c` before the normalisation those of the folded product, and returns its bias.
    #[inline(always)]
    fn fold(&self, c: usize, weight: &mut [T], bias: T) -> T {
        let scale = self.scale(c, self.running_var[c]);
        for weight in weight {
            *weight *= scale;
        }
        (bias - self.running_mean[c]) * scale + self.shift(c)
    }
}

impl<const I: usize, const O: usize, T: Scalar> Linear<I, O, T> {
    /// Becomes, in place, what [`folded`](Linear::folded) returns for `linear` and `norm`: for layers that are too large for
    /// the stack.
    pub fn fold<A: Bias<T>, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>(
        &mut self,
        linear: &Linear<I, O, T, A>,
        norm: &BatchNorm<O, T, W, B, EPS, MOMENTUM>,
    ) {
        for o in 0..O {
            self.weight[o] = linear.weight[o];
            self.bias[o] = norm.fold(o, &mut self.weight[o], linear.bias.of(o));
        }
    }
}

impl<const I: usize, const O: usize, T: Scalar, A: Bias<T>> Linear<I, O, T, A> {
    /// This layer and the batch normalisation behind it as one layer for inference, equal to both up to rounding: a trained
    /// network becomes one that is declared without the normalisation.
    ///
    /// The normalisation is that of the outputs, so this is for a layer of vectors: what stands behind a layer of rows
    /// normalises the rows.
    ///
    /// ```
    /// use dnn_core::{BatchNorm1d, Layer, Linear};
    /// let fc = Linear { weight: [[1.0, 2.0]], bias: () };
    /// let norm: BatchNorm1d<1> =
    ///     BatchNorm1d { weight: [6.0], bias: [1.0], running_mean: [5.0], running_var: [9.0 - 1e-5] };
    /// let folded = fc.folded(&norm);
    /// assert_eq!(folded, Linear { weight: [[2.0, 4.0]], bias: [-9.0] });
    ///
    /// let (mut middle, mut y, mut short) = ([[0.0f32]], [[[0.0]]], [[0.0]]);
    /// fc.infer(&[[3.0, 4.0]], &mut middle, &mut []);
    /// norm.infer(&[middle], &mut y, &mut [0.0]); // [C, 1]
    /// folded.infer(&[[3.0, 4.0]], &mut short, &mut []);
    /// assert_eq!(y[0], short);
    /// ```
    pub fn folded<const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>(
        &self,
        norm: &BatchNorm<O, T, W, B, EPS, MOMENTUM>,
    ) -> Linear<I, O, T> {
        let mut folded: Linear<I, O, T> = zeros();
        folded.fold(self, norm);
        folded
    }
}

/// `fold` and `folded` of a convolution with the const parameters `$own` before the scalar and `$options` behind the bias.
macro_rules! convolution {
    ($convolution:ident [$($own:ident)*] [$($options:ident)*], $example:literal) => {
        impl<const I: usize, const O: usize, $(const $own: usize,)* T: Scalar, $(const $options: usize,)*>
            $convolution<I, O, $($own,)* T, [T; O], $($options,)*>
        {
            /// Becomes, in place, what `folded` returns for `convolution` and `norm`.
            pub fn fold<A: Bias<T>, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>(
                &mut self,
                convolution: &$convolution<I, O, $($own,)* T, A, $($options,)*>,
                norm: &BatchNorm<O, T, W, B, EPS, MOMENTUM>,
            ) {
                for o in 0..O {
                    self.weight[o] = convolution.weight[o];
                    self.bias[o] = norm.fold(o, flat_mut(&mut self.weight[o]), convolution.bias.of(o));
                }
            }
        }

        impl<const I: usize, const O: usize, $(const $own: usize,)* T: Scalar, A: Bias<T>, $(const $options: usize,)*>
            $convolution<I, O, $($own,)* T, A, $($options,)*>
        {
            /// This layer and the batch normalisation behind it as one layer for inference, equal to both up to rounding.
            ///
            #[doc = $example]
            pub fn folded<const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>(
                &self,
                norm: &BatchNorm<O, T, W, B, EPS, MOMENTUM>,
            ) -> $convolution<I, O, $($own,)* T, [T; O], $($options,)*> {
                let mut folded: $convolution<I, O, $($own,)* T, [T; O], $($options,)*> = zeros();
                folded.fold(self, norm);
                folded
            }
        }
    };
}

convolution!(
    Conv1d [K] [S P D G E],
    "```
use dnn_core::{BatchNorm1d, Conv1d};
let conv: Conv1d<1, 1, 2, f32, ()> = Conv1d { weight: [[[1.0, 2.0]]], bias: () };
let norm: BatchNorm1d<1> =
    BatchNorm1d { weight: [6.0], bias: [1.0], running_mean: [5.0], running_var: [9.0 - 1e-5] };
let folded: Conv1d<1, 1, 2> = conv.folded(&norm);
assert_eq!(folded, Conv1d { weight: [[[2.0, 4.0]]], bias: [-9.0] });
```"
);
convolution!(
    Conv2d [KH KW] [SH SW PH PW DH DW G EH EW],
    "```
use dnn_core::{BatchNorm2d, Conv2d};
let conv: Conv2d<1, 1, 1, 2, f32, ()> = Conv2d { weight: [[[[1.0, 2.0]]]], bias: () };
let norm: BatchNorm2d<1> =
    BatchNorm2d { weight: [6.0], bias: [1.0], running_mean: [5.0], running_var: [9.0 - 1e-5] };
let folded: Conv2d<1, 1, 1, 2> = conv.folded(&norm);
assert_eq!(folded, Conv2d { weight: [[[[2.0, 4.0]]]], bias: [-9.0] });
```"
);

/// The same of a transposed convolution, whose output channel c is number c - g O of group g: of I / G inputs.
macro_rules! transposed {
    ($convolution:ident [$($own:ident)*] [$($options:ident)*], $example:literal) => {
        impl<const I: usize, const O: usize, $(const $own: usize,)* T: Scalar, const C: usize, $(const $options: usize,)*>
            $convolution<I, O, $($own,)* T, [T; C], $($options,)*>
        {
            /// Becomes, in place, what `folded` returns for `convolution` and `norm`.
            pub fn fold<A: Bias<T>, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>(
                &mut self,
                convolution: &$convolution<I, O, $($own,)* T, A, $($options,)*>,
                norm: &BatchNorm<C, T, W, B, EPS, MOMENTUM>,
            ) {
                const { check::groups(C, O, I, G) };
                let inputs = const { if G > 0 { I / G } else { I } };
                for c in 0..C {
                    self.bias[c] = norm.fold(c, &mut [], convolution.bias.of(c));
                }
                for i in 0..I {
                    self.weight[i] = convolution.weight[i];
                    // Channels are looked up: a compiler forgets the bound of a loop over them that divides.
                    let first = i.checked_div(inputs).unwrap_or(0) * O;
                    for o in 0..O {
                        let Some(&variance) = norm.running_var.get(first + o) else { continue };
                        let scale = norm.scale(first + o, variance);
                        for weight in flat_mut(&mut self.weight[i][o]) {
                            *weight *= scale;
                        }
                    }
                }
            }
        }

        impl<const I: usize, const O: usize, $(const $own: usize,)* T: Scalar, A: Bias<T>, $(const $options: usize,)*>
            $convolution<I, O, $($own,)* T, A, $($options,)*>
        {
            /// This layer and the batch normalisation behind it as one layer for inference, equal to both up to rounding.
            ///
            #[doc = $example]
            pub fn folded<const C: usize, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>(
                &self,
                norm: &BatchNorm<C, T, W, B, EPS, MOMENTUM>,
            ) -> $convolution<I, O, $($own,)* T, [T; C], $($options,)*> {
                let mut folded: $convolution<I, O, $($own,)* T, [T; C], $($options,)*> = zeros();
                folded.fold(self, norm);
                folded
            }
        }
    };
}

transposed!(
    ConvTranspose1d [K] [S P D G Q],
    "```
use dnn_core::{BatchNorm1d, ConvTranspose1d};
let conv: ConvTranspose1d<1, 1, 2, f32, ()> = ConvTranspose1d { weight: [[[1.0, 2.0]]], bias: () };
let norm: BatchNorm1d<1> =
    BatchNorm1d { weight: [6.0], bias: [1.0], running_mean: [5.0], running_var: [9.0 - 1e-5] };
let folded: ConvTranspose1d<1, 1, 2> = conv.folded(&norm);
assert_eq!(folded, ConvTranspose1d { weight: [[[2.0, 4.0]]], bias: [-9.0] });
```"
);
transposed!(
    ConvTranspose2d [KH KW] [SH SW PH PW DH DW G QH QW],
    "```
use dnn_core::{BatchNorm2d, ConvTranspose2d};
let conv: ConvTranspose2d<1, 1, 1, 2, f32, ()> = ConvTranspose2d { weight: [[[[1.0, 2.0]]]], bias: () };
let norm: BatchNorm2d<1> =
    BatchNorm2d { weight: [6.0], bias: [1.0], running_mean: [5.0], running_var: [9.0 - 1e-5] };
let folded: ConvTranspose2d<1, 1, 1, 2> = conv.folded(&norm);
assert_eq!(folded, ConvTranspose2d { weight: [[[[2.0, 4.0]]]], bias: [-9.0] });
```"
);
