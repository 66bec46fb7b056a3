//! h = norm1(x + attention(x)), y = norm2(h + f(h)) with f(h) = act(h W_1ᵀ + b_1) W_2ᵀ + b_2; or, with the norms first,
//! h = x + attention(norm1(x)), y = h + f(norm2(h)). In training attention's result, act and f are dropped out.
//!
//! Backwards each part is that of its own layer; where values are added, the gradient goes both ways.
//!
//! A NaN or inf among the inputs of a step makes its whole sample NaN, and no other one.

use crate::layer::{InPlace, Layer, Pass};
use crate::layers::mask::no_masks;
use crate::layers::{Dropout, Gelu, LayerNorm, Linear, Mask, MultiHeadAttention, Relu};
use crate::parameters::{Entry, Parameters, leaves};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, batch, batch_mut, copy};
use crate::workspace::{Extent, Place, buffers};
use core::mem::offset_of;

/// Attention of a sequence [S, E] to itself and two fully connected layers for each step, with a sum around each of both:
/// PyTorch's
/// [`TransformerEncoderLayer`](https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html)
/// (A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017).
///
/// N heads of width K = E / N; F values between the two products; ReLU, or GELU with the option GELU. NORM_FIRST normalises
/// what goes into attention and products in place of the sums. A CAUSAL layer looks at no later step. DROPOUT is the bits of
/// an `f64`, 0.1 by default: shares of attention, its result, and both products drop elements in training. EPS is that of
/// both norms, as bits, 1e-5 by default. LAYER is the number in its network, so that two layers drop different elements.
/// PyTorch's `bias = False` is left out.
///
/// In a declaration it is written `encoder: TransformerEncoderLayer<512, 8>` with PyTorch's 2048 values between the products,
/// or `TransformerEncoderLayer<64, 4, 128, activation = gelu, norm_first = true, causal = true>(dropout = 0.2,
/// layer_norm_eps = 1e-6)`. In `fn forward` it takes a mask as a second value, `encoder(x, mask)`, as
/// [`MultiHeadAttention`] does.
///
/// ```
/// use dnn_core::{Layer, Parameters, Rng, TransformerEncoderLayer};
/// type Encoder = TransformerEncoderLayer<4, 2, 2, 8>;
/// let mut encoder: Encoder = dnn_core::zeros();
/// encoder.init_in(&mut Rng::new(1));
/// let mut y = [[[0.0f32; 4]; 3]];
/// let mut workspace = [0.0; <Encoder as Layer<[[f32; 4]; 3]>>::INFER.len(1)];
/// encoder.infer(&[[[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [0.0; 4]]], &mut y, &mut workspace);
/// assert!(y[0].iter().all(|row| row.iter().sum::<f32>().abs() < 1e-5)); // norm2 comes last
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct TransformerEncoderLayer<
    const E: usize,
    const N: usize,
    const K: usize,
    const F: usize,
    T = f32,
    const GELU: bool = false,
    const NORM_FIRST: bool = false,
    const CAUSAL: bool = false,
    const DROPOUT: u64 = { 0.1f64.to_bits() },
    const EPS: u64 = { 1e-5f64.to_bits() },
    const LAYER: u64 = 0,
> {
    /// Attention.
    pub self_attn: MultiHeadAttention<E, N, K, T, [[T; E]; 3], [T; E], CAUSAL>,
    /// W_1, [F, E], and b_1
    pub linear1: Linear<E, F, T>,
    /// W_2, [E, F], and b_2
    pub linear2: Linear<F, E, T>,
    /// Of attention.
    pub norm1: LayerNorm<[T; E], [T; E], EPS>,
    /// Of the products.
    pub norm2: LayerNorm<[T; E], [T; E], EPS>,
}

/// y += x
fn add<T: Scalar, const E: usize, const S: usize>(y: &mut [[[T; E]; S]], x: &[[[T; E]; S]]) {
    for (y, x) in y.as_flattened_mut().as_flattened_mut().iter_mut().zip(x.as_flattened().as_flattened()) {
        *y += *x;
    }
}

impl<
    const E: usize,
    const N: usize,
    const K: usize,
    const F: usize,
    T: Scalar,
    const GELU: bool,
    const NORM_FIRST: bool,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const EPS: u64,
    const LAYER: u64,
> TransformerEncoderLayer<E, N, K, F, T, GELU, NORM_FIRST, CAUSAL, DROPOUT, EPS, LAYER>
{
    /// The rows [S, E] twice, [S, F], and the workspace of attention.
    const fn infer_places(steps: usize) -> [Place; 4] {
        let (row, wide) = (steps * E, steps * F);
        let attention = MultiHeadAttention::<E, N, K, T, [[T; E]; 3], [T; E], CAUSAL>::infer_len(steps);
        [Place::new(0, row), Place::new(row, row), Place::new(2 * row, wide), Place::new(2 * row + wide, attention)]
    }

    /// What is kept: rows [S, E] three times, statistics of both norms [2, S, 2], act before and behind [S, F], and of
    /// attention; then scratch: rows [S, E] twice and [S, F].
    const fn train_places(steps: usize) -> [Place; 11] {
        let attention = MultiHeadAttention::<E, N, K, T, [[T; E]; 3], [T; E], CAUSAL>::train_len(steps);
        let (row, wide) = (steps * E, steps * F);
        let lengths = [row, row, row, 2 * steps, 2 * steps, wide, wide, attention, row, row, wide];
        let (mut places, mut offset, mut i) = ([Place::new(0, 0); 11], 0, 0);
        while i < lengths.len() {
            places[i] = Place::new(offset, lengths[i]);
            offset += lengths[i];
            i += 1;
        }
        places
    }

    const fn total(places: &[Place]) -> Extent {
        let (mut sum, mut i) = (Extent::NONE, 0);
        while i < places.len() {
            sum = sum.and(places[i].len);
            i += 1;
        }
        sum
    }

    /// Drops what dropout number `place` of this layer drops, of values and of their gradients.
    fn drop<X: Tensor<Scalar = T>>(pass: &Pass, place: u64, buffer: &mut [X]) {
        if f64::from_bits(DROPOUT) > 0.0 {
            Self::dropout(place).forward(pass, buffer);
        }
    }

    fn dropout(place: u64) -> Dropout {
        Dropout { p: f64::from_bits(DROPOUT), layer: place }
    }

    /// Dropout of the shares of attention, if there is any.
    fn of_shares() -> Option<Dropout> {
        (f64::from_bits(DROPOUT) > 0.0).then_some(Self::dropout(0))
    }

    fn act(buffer: &mut [[T; F]]) {
        if GELU { Gelu::default().infer(buffer) } else { Relu.infer(buffer) }
    }

    /// ReLU is positive where its input is.
    fn act_back(pass: &Pass, input: &[[T; F]], gradient: &mut [[T; F]]) {
        if GELU { Gelu::default().backward(pass, input, gradient) } else { Relu.backward(pass, input, gradient) }
    }
}

// SAFETY: repr(C) over layers of one scalar type; the table is made from the fields.
#[diagnostic::do_not_recommend]
unsafe impl<
    const E: usize,
    const N: usize,
    const K: usize,
    const F: usize,
    T: Scalar,
    const GELU: bool,
    const NORM_FIRST: bool,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const EPS: u64,
    const LAYER: u64,
> Parameters for TransformerEncoderLayer<E, N, K, F, T, GELU, NORM_FIRST, CAUSAL, DROPOUT, EPS, LAYER>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = {
        const fn part<P: Parameters>(name: &'static str, offset: usize) -> Entry {
            Entry::Nested {
                name,
                offset,
                stride: 0,
                count: None,
                table: P::TABLE,
                tensors: leaves(P::TABLE),
                frozen: false,
            }
        }
        &[
            part::<MultiHeadAttention<E, N, K, T, [[T; E]; 3], [T; E], CAUSAL>>(
                "self_attn",
                offset_of!(Self, self_attn),
            ),
            part::<Linear<E, F, T>>("linear1", offset_of!(Self, linear1)),
            part::<Linear<F, E, T>>("linear2", offset_of!(Self, linear2)),
            part::<LayerNorm<[T; E], [T; E], EPS>>("norm1", offset_of!(Self, norm1)),
            part::<LayerNorm<[T; E], [T; E], EPS>>("norm2", offset_of!(Self, norm2)),
        ]
    };

    /// PyTorch's default, that of each part.
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        self.self_attn.init_in(rng);
        self.linear1.init_in(rng);
        self.linear2.init_in(rng);
        self.norm1.init_in(rng);
        self.norm2.init_in(rng);
    }
}

impl<
    const E: usize,
    const N: usize,
    const K: usize,
    const F: usize,
    T: Scalar,
    const GELU: bool,
    const NORM_FIRST: bool,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const EPS: u64,
    const LAYER: u64,
> TransformerEncoderLayer<E, N, K, F, T, GELU, NORM_FIRST, CAUSAL, DROPOUT, EPS, LAYER>
{
    /// y for inference, with a mask for each sample, or none.
    fn encode<const S: usize>(
        &self,
        x: &[[[T; E]; S]],
        masks: &[impl Mask<T, S>],
        y: &mut [[[T; E]; S]],
        workspace: &mut [T],
    ) {
        let [a, b, f, attention] = buffers(workspace, x.len(), Self::infer_places(S));
        let (a, b, f) = (batch_mut::<[[T; E]; S]>(a), batch_mut::<[[T; E]; S]>(b), batch_mut::<[T; F]>(f));
        if NORM_FIRST {
            self.norm1.infer(x, a, &mut []);
            self.self_attn.attend(a, masks, b, attention);
            add(b, x); // h
            self.norm2.infer(b, a, &mut []);
        } else {
            self.self_attn.attend(x, masks, b, attention);
            add(b, x);
            self.norm1.infer(b, a, &mut []); // h
        }
        self.linear1.infer(a.as_flattened(), f, &mut []);
        Self::act(f);
        if NORM_FIRST {
            self.linear2.infer(f, y.as_flattened_mut(), &mut []);
            add(y, b);
        } else {
            self.linear2.infer(f, b.as_flattened_mut(), &mut []);
            add(b, a);
            self.norm2.infer(b, y, &mut []);
        }
    }

    /// y for training.
    fn encode_and_keep<const S: usize>(
        &self,
        pass: &Pass,
        x: &[[[T; E]; S]],
        masks: &[impl Mask<T, S>],
        y: &mut [[[T; E]; S]],
        saved: &mut [T],
    ) {
        let pass = &pass.within(LAYER);
        let [a, h, c, of1, of2, before, behind, attention, ..] = buffers(saved, x.len(), Self::train_places(S));
        let (a, h, c) = (batch_mut::<[[T; E]; S]>(a), batch_mut::<[[T; E]; S]>(h), batch_mut::<[[T; E]; S]>(c));
        let (before, behind) = (batch_mut::<[[T; F]; S]>(before), batch_mut::<[[T; F]; S]>(behind)); // [B, S, F]
        if NORM_FIRST {
            self.norm1.forward(pass, x, a, of1);
            self.self_attn.attend_and_keep(pass, Self::of_shares(), a, masks, h, attention);
            Self::drop(pass, 1, h);
            add(h, x);
            self.norm2.forward(pass, h, c, of2);
            self.linear1.infer(c.as_flattened(), before.as_flattened_mut(), &mut []);
        } else {
            self.self_attn.attend_and_keep(pass, Self::of_shares(), x, masks, a, attention);
            Self::drop(pass, 1, a);
            add(a, x);
            self.norm1.forward(pass, a, h, of1);
            self.linear1.infer(h.as_flattened(), before.as_flattened_mut(), &mut []);
        }
        copy(behind, before);
        Self::act(behind.as_flattened_mut());
        Self::drop(pass, 2, behind);
        let sum = if NORM_FIRST { &mut *y } else { &mut *c };
        self.linear2.infer(behind.as_flattened(), sum.as_flattened_mut(), &mut []);
        Self::drop(pass, 3, sum);
        add(sum, h);
        if !NORM_FIRST {
            self.norm2.forward(pass, c, y, of2);
        }
    }

    /// The way back; `dmasks` are written where there are any.
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    fn encode_back<const S: usize>(
        &self,
        pass: &Pass,
        x: &[[[T; E]; S]],
        saved: &mut [T],
        dy: &mut [[[T; E]; S]],
        dx: Option<&mut [[[T; E]; S]]>,
        dmasks: &mut [impl Mask<T, S>],
        dp: Option<&mut Self>,
    ) {
        let pass = &pass.within(LAYER);
        let [a, h, c, of1, of2, before, behind, attention, d, part, df] =
            buffers(saved, x.len(), Self::train_places(S));
        let (a, h, c) = (batch_mut::<[[T; E]; S]>(a), batch_mut::<[[T; E]; S]>(h), batch_mut::<[[T; E]; S]>(c));
        let (d, part) = (batch_mut::<[[T; E]; S]>(d), batch_mut::<[[T; E]; S]>(part)); // [B, S, E]
        let (before, behind) = (batch::<[T; F]>(before), batch::<[T; F]>(behind)); // [B S, F]
        let df = batch_mut::<[[T; F]; S]>(df); // [B, S, F]
        let (dattention, dlinear1, dlinear2, dnorm1, mut dnorm2) = match dp {
            Some(Self { self_attn, linear1, linear2, norm1, norm2 }) => {
                (Some(self_attn), Some(linear1), Some(linear2), Some(norm1), Some(norm2))
            }
            None => (None, None, None, None, None),
        };

        // d = dL/dh by way of the sum, part = dL/df
        if NORM_FIRST {
            copy(d, dy);
        } else {
            self.norm2.backward(pass, c, &[], of2, dy, Some(&mut *d), dnorm2.as_deref_mut());
        }
        copy(part, d);
        Self::drop(pass, 3, part);
        self.linear2.backward(
            pass,
            behind,
            &[],
            &mut [],
            part.as_flattened_mut(),
            Some(df.as_flattened_mut()),
            dlinear2,
        );
        Self::drop(pass, 2, df);
        Self::act_back(pass, before, df.as_flattened_mut());
        let input = if NORM_FIRST { &*c } else { &*h };
        let (input, df) = (input.as_flattened(), df.as_flattened_mut());
        self.linear1.backward(pass, input, &[], &mut [], df, Some(part.as_flattened_mut()), dlinear1);

        // d = dL/dh, and then that of x by way of the sum; part = dL/dx by way of attention
        if NORM_FIRST {
            self.norm2.backward(pass, h, &[], of2, part, Some(&mut *c), dnorm2);
            add(d, c);
            copy(part, d);
            Self::drop(pass, 1, part);
            self.self_attn.attend_back(pass, Self::of_shares(), a, attention, part, Some(&mut *c), dmasks, dattention);
            self.norm1.backward(pass, x, &[], of1, c, Some(&mut *part), dnorm1);
        } else {
            add(d, part);
            self.norm1.backward(pass, a, &[], of1, d, Some(&mut *part), dnorm1);
            copy(d, part);
            Self::drop(pass, 1, part);
            self.self_attn.attend_back(pass, Self::of_shares(), x, attention, part, Some(&mut *c), dmasks, dattention);
            copy(part, c);
        }
        if let Some(dx) = dx {
            copy(dx, d);
            add(dx, part);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<
    const S: usize,
    const E: usize,
    const N: usize,
    const K: usize,
    const F: usize,
    T: Scalar,
    const GELU: bool,
    const NORM_FIRST: bool,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const EPS: u64,
    const LAYER: u64,
> Layer<[[T; E]; S]> for TransformerEncoderLayer<E, N, K, F, T, GELU, NORM_FIRST, CAUSAL, DROPOUT, EPS, LAYER>
{
    type Output = [[T; E]; S];
    const INFER: Extent = Self::total(&Self::infer_places(S));
    const TRAIN: Extent = Self::total(&Self::train_places(S));
    const MACS: usize = MultiHeadAttention::<E, N, K, T, [[T; E]; 3], [T; E], CAUSAL>::macs(S) + 2 * S * E * F;

    fn infer(&self, x: &[[[T; E]; S]], y: &mut [[[T; E]; S]], workspace: &mut [T]) {
        self.encode(x, no_masks::<T, S>(), y, workspace);
    }

    fn forward(&self, pass: &Pass, x: &[[[T; E]; S]], y: &mut [[[T; E]; S]], saved: &mut [T]) {
        self.encode_and_keep(pass, x, no_masks::<T, S>(), y, saved);
    }

    fn backward(
        &self,
        pass: &Pass,
        x: &[[[T; E]; S]],
        _: &[[[T; E]; S]],
        saved: &mut [T],
        dy: &mut [[[T; E]; S]],
        dx: Option<&mut [[[T; E]; S]]>,
        dp: Option<&mut Self>,
    ) {
        self.encode_back(pass, x, saved, dy, dx, no_masks::<T, S>(), dp);
    }
}

/// With a mask for each sample.
#[diagnostic::do_not_recommend]
impl<
    const S: usize,
    const E: usize,
    const N: usize,
    const K: usize,
    const F: usize,
    T: Scalar,
    const GELU: bool,
    const NORM_FIRST: bool,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const EPS: u64,
    const LAYER: u64,
    M: Mask<T, S>,
> crate::layer::Op<([[T; E]; S], M), [[T; E]; S]>
    for TransformerEncoderLayer<E, N, K, F, T, GELU, NORM_FIRST, CAUSAL, DROPOUT, EPS, LAYER>
{
    const INFER: Extent = Self::total(&Self::infer_places(S));
    const TRAIN: Extent = Self::total(&Self::train_places(S));

    fn infer(&self, (x, masks): (&[[[T; E]; S]], &[M]), y: &mut [[[T; E]; S]], workspace: &mut [T]) {
        self.encode(x, masks, y, workspace);
    }

    fn forward(&self, pass: &Pass, (x, masks): (&[[[T; E]; S]], &[M]), y: &mut [[[T; E]; S]], saved: &mut [T]) {
        self.encode_and_keep(pass, x, masks, y, saved);
    }

    fn backward(
        &self,
        pass: &Pass,
        (x, _): (&[[[T; E]; S]], &[M]),
        _: &[[[T; E]; S]],
        saved: &mut [T],
        dy: &mut [[[T; E]; S]],
        dx: Option<(&mut [[[T; E]; S]], &mut [M])>,
        dp: Option<&mut Self>,
    ) {
        match dx {
            Some((dx, dmasks)) => self.encode_back(pass, x, saved, dy, Some(dx), dmasks, dp),
            None => self.encode_back(pass, x, saved, dy, None, no_masks::<T, S>(), dp),
        }
    }

    fn absorb(&mut self, _: usize, _: &[T]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, zeros};

    const X: [[[f64; 4]; 3]; 2] = [[[1.0, -2.0, 0.5, 3.0], [0.25, 1.0, -1.0, 2.0], [4.0, 0.0, 1.0, -3.0]]; 2];

    /// Without attention and with products of zero, only the norms are left.
    #[test]
    fn what_is_zero_leaves_the_sums() {
        type First = TransformerEncoderLayer<4, 2, 2, 8, f64, false, true>;
        let mut first: First = zeros();
        first.norm1.init_in(&mut Rng::new(1));
        first.norm2.init_in(&mut Rng::new(1));
        let (mut y, mut workspace) = ([[[9.0; 4]; 3]; 2], [9.0; 2 * <First as Layer<[[f64; 4]; 3]>>::INFER.sample]);
        first.infer(&X, &mut y, &mut workspace);
        assert_eq!(y, X);

        type Last = TransformerEncoderLayer<4, 2, 2, 8, f64>;
        let (mut last, mut normed): (Last, _) = (zeros(), X);
        last.norm1.init_in(&mut Rng::new(1));
        last.norm2.init_in(&mut Rng::new(1));
        last.infer(&X, &mut y, &mut workspace);
        last.norm1.infer(&X, &mut normed, &mut []);
        for (found, once) in y.as_flattened().as_flattened().iter().zip(normed.as_flattened().as_flattened()) {
            assert!((found - once).abs() < 1e-5, "the second norm finds nothing to do: {found}, not {once}");
        }
    }

    #[test]
    fn training_drops_by_the_number_of_the_layer_and_inference_nothing() {
        type Half<const LAYER: u64> = TransformerEncoderLayer<
            4,
            2,
            2,
            8,
            f64,
            true,
            true,
            false,
            { 0.5f64.to_bits() },
            { 1e-5f64.to_bits() },
            LAYER,
        >;
        fn run<const LAYER: u64>(pass: &Pass) -> [[[f64; 4]; 3]; 2] {
            let mut layer: Half<LAYER> = zeros();
            layer.init_in(&mut Rng::new(1));
            let mut y = X;
            let mut saved = std::vec![f64::NAN; <Half<LAYER> as Layer<[[f64; 4]; 3]>>::TRAIN.len(2)];
            layer.forward(pass, &X, &mut y, &mut saved);
            y
        }
        let pass = Pass { seed: 3, ..Pass::default() };
        assert_eq!(run::<1>(&pass), run::<1>(&pass));
        assert_ne!(run::<1>(&pass), run::<2>(&pass));
        assert_ne!(run::<1>(&pass)[0], run::<1>(&pass)[1], "samples drop different elements");
        let mut layer: Half<1> = zeros();
        layer.init_in(&mut Rng::new(1));
        let (mut y, mut workspace) = (X, [9.0; 2 * <Half<1> as Layer<[[f64; 4]; 3]>>::INFER.sample]);
        layer.infer(&X, &mut y, &mut workspace);
        let frozen = run::<1>(&pass.frozen());
        for (y, frozen) in y.as_flattened().as_flattened().iter().zip(frozen.as_flattened().as_flattened()) {
            assert!((y - frozen).abs() < 1e-12);
        }
    }

    #[test]
    fn names_are_those_of_pytorch() {
        let layer: TransformerEncoderLayer<4, 2, 2, 8> = zeros();
        let names = [
            "self_attn.in_proj_weight",
            "self_attn.in_proj_bias",
            "self_attn.out_proj.weight",
            "self_attn.out_proj.bias",
            "linear1.weight",
            "linear1.bias",
            "linear2.weight",
            "linear2.bias",
            "norm1.weight",
            "norm1.bias",
            "norm2.weight",
            "norm2.bias",
        ];
        assert_eq!(layer.parameters().count(), names.len());
        assert!(layer.parameters().zip(names).all(|(tensor, name)| tensor.name == *name));
    }
}
