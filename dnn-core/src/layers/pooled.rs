//! y[o][qh][qw] = the largest max(m[o][2 qh + i][2 qw + j], 0) over i, j < 2, with m = W * x + b as of `Conv2d`
//!
//! dm = dy at the first of the largest elements of each window where y > 0, else 0; dx = Wᵀ * dm, dW += dm * x,
//! db += sum of dm
//!
//! A convolution, the rectifier behind it and the largest of each 2 x 2 elements behind that as one call, so that m and dm are
//! never written for a batch. Nobody writes this layer: `network!` finds it.

use super::conv2d::Conv2d;
use crate::check;
use crate::kernels::convolution::pooled;
use crate::layer::{Pass, Pooled};
use crate::layers::linear::Bias;
use crate::scalar::Scalar;
use crate::tensor::{batch, batch_mut};
use crate::workspace::Extent;

#[diagnostic::do_not_recommend]
impl<
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
    const QH: usize,
    const QW: usize,
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
> Pooled<[[[T; W]; H]; C], [[[T; OW]; OH]; O], [[[T; QW]; QH]; O]>
    for Conv2d<I, O, KH, KW, T, B, SH, SW, PH, PW, DH, DW, G, EH, EW>
{
    // What the convolution gives for one sample, and in training the numbers of the largest elements.
    const INFER: Extent = Extent::new(0, O * OH * OW);
    const TRAIN: Extent = Extent::new(O * QH * QW, O * OH * OW);
    const BLOCKS: bool = pooled::blocks::<C, H, W, O, OH, OW, I, KH, KW>(Self::SLIDE);

    #[inline(always)]
    fn infer(&self, x: &[[[[T; W]; H]; C]], y: &mut [[[[T; QW]; QH]; O]], workspace: &mut [T], inner: [bool; 2]) {
        const { check::gives(&Self::output(C, H, W), &[O, OH, OW]) };
        const { check::gives(&[O, OH / 2, OW / 2], &[O, QH, QW]) };
        let room = batch_mut::<[[[T; OW]; OH]; O]>(workspace);
        pooled::gather(y, None, room, x, &self.weight, &self.bias, Self::SLIDE, inner);
    }

    #[inline(always)]
    fn forward(
        &self,
        _: &Pass,
        x: &[[[[T; W]; H]; C]],
        y: &mut [[[[T; QW]; QH]; O]],
        saved: &mut [T],
        inner: [bool; 2],
    ) {
        const { check::gives(&Self::output(C, H, W), &[O, OH, OW]) };
        let (numbers, room) = saved.split_at_mut_checked(O * QH * QW * y.len()).unwrap_or_default();
        let room = batch_mut::<[[[T; OW]; OH]; O]>(room);
        pooled::gather(y, Some(batch_mut(numbers)), room, x, &self.weight, &self.bias, Self::SLIDE, inner);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[[T; W]; H]; C]],
        _: &[[[[T; QW]; QH]; O]],
        saved: &mut [T],
        dy: &mut [[[[T; QW]; QH]; O]],
        dx: Option<&mut [[[[T; W]; H]; C]]>,
        dp: Option<&mut Self>,
        inner: [bool; 2],
    ) {
        const { check::gives(&Self::output(C, H, W), &[O, OH, OW]) };
        let (numbers, room) = saved.split_at_mut_checked(O * QH * QW * dy.len()).unwrap_or_default();
        let room = batch_mut::<[[[T; OW]; OH]; O]>(room);
        if let Some(dx) = dx {
            pooled::scatter(dx, batch_mut(numbers), room, dy, &self.weight, Self::SLIDE, inner);
        }
        if let Some(dp) = dp {
            pooled::gradient(&mut dp.weight, &mut dp.bias, x, batch(numbers), room, dy, Self::SLIDE, inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{InPlace, Op};
    use crate::layers::{MaxPool2d, Relu};
    use crate::random::{Generator, Rng};
    use crate::tensor::{flat, flat_mut};
    use crate::{Parameters, Tensor};
    use std::{vec, vec::Vec};

    /// Zeros of both signs, equal numbers, infinities and NaN among others.
    fn value(rng: &mut Rng) -> f32 {
        match rng.below(24) {
            0 => 0.0,
            1 => -0.0,
            2 if rng.below(30) == 0 => f32::INFINITY,
            3 if rng.below(60) == 0 => f32::NAN,
            4..12 => (rng.below(5) as f32 - 2.0) / 4.0,
            _ => rng.unit_f32() - 0.5,
        }
    }

    fn values<X: Tensor<Scalar = f32>>(rng: &mut Rng, samples: usize, finite: bool) -> Vec<X> {
        let mut all = vec![crate::tensor::zero::<X>(); samples];
        flat_mut(&mut all).fill_with(|| finite_if(finite, value(rng)));
        all
    }

    fn finite_if(finite: bool, value: f32) -> f32 {
        if finite && !value.is_finite() { 0.75 } else { value }
    }

    fn magnitudes<X: Tensor<Scalar = f32>>(of: &[X]) -> Vec<X> {
        let mut of = of.to_vec();
        flat_mut(&mut of).iter_mut().for_each(|v| *v = v.abs());
        of
    }

    #[track_caller]
    fn same(a: &[f32], b: &[f32], what: &str) {
        assert_eq!(a.len(), b.len());
        for (at, (a, b)) in a.iter().zip(b).enumerate() {
            assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(), "{what} [{at}]: {a} and {b}");
        }
    }

    /// Sums of the same `terms` in another order differ by at most 2 k eps times the sum of their magnitudes, `sizes`, for k
    /// terms; with the feature `deterministic` the order is the same. What is infinite or no number may spread otherwise: where
    /// a gradient is 0 the three layers multiply by it.
    #[track_caller]
    fn close(a: &[f32], b: &[f32], sizes: &[f32], terms: usize, what: &str) {
        if cfg!(feature = "deterministic") {
            return same(a, b, what);
        }
        assert_eq!([a.len(), b.len()], [sizes.len(); 2]);
        for (at, ((a, b), size)) in a.iter().zip(b).zip(sizes).enumerate() {
            let bound = 2.0 * terms as f32 * f32::EPSILON * size;
            assert!((a - b).abs() <= bound, "{what} [{at}]: {a} and {b}, of terms of {size}");
        }
    }

    /// One call gives the bits of three layers, or what differs from them by the order of the sums alone.
    macro_rules! shapes {
        ($($name:ident: $layer:ty, [$c:literal, $h:literal, $w:literal], [$o:literal, $oh:literal, $ow:literal];)*) => {$(
            #[test]
            fn $name() {
                type X = [[[f32; $w]; $h]; $c];
                type M = [[[f32; $ow]; $oh]; $o];
                type Y = [[[f32; $ow / 2]; $oh / 2]; $o];
                type L = $layer;
                let pass = &Pass::default();
                let pool = MaxPool2d::<2, 2>::new();
                for seed in 0..if cfg!(miri) { 2 } else { 24 } {
                    let rng = &mut Rng::new(seed);
                    let samples = match seed {
                        0..4 => seed as usize,
                        _ => rng.below(if cfg!(miri) { 6 } else { 45 }) as usize,
                    };
                    let finite = seed % 2 == 1;
                    let mut layer: L = crate::zeros();
                    layer.flat_mut().fill_with(|| finite_if(finite, value(rng)));
                    let (x, dy) = (values::<X>(rng, samples, finite), values::<Y>(rng, samples, finite));
                    let mut before: L = crate::zeros();
                    before.flat_mut().fill_with(|| rng.unit_f32());

                    let mut m = vec![crate::tensor::zero::<M>(); samples];
                    let (mut dm, mut y) = (m.clone(), vec![crate::tensor::zero::<Y>(); samples]);
                    Op::<X, M>::forward(&layer, pass, &x, &mut m, &mut []);
                    InPlace::<M>::forward(&Relu, pass, &mut m);
                    Op::<M, Y>::forward(&pool, pass, &m, &mut y, &mut []);
                    Op::<M, Y>::backward(&pool, pass, &m, &y, &mut [], &mut dy.clone(), Some(&mut dm), None);
                    InPlace::<M>::backward(&Relu, pass, &m, &mut dm);
                    let (mut dx, mut dp) = (x.clone(), before.clone());
                    let mut dm_sizes = magnitudes(&dm);
                    Op::<X, M>::backward(&layer, pass, &x, &[], &mut [], &mut dm, Some(&mut dx), Some(&mut dp));
                    // The sums of the terms' magnitudes are the gradients of magnitudes.
                    let (mut dx_sizes, mut dp_sizes) = (x.clone(), before.clone());
                    let mut sizes = layer.clone();
                    sizes.flat_mut().iter_mut().for_each(|v| *v = v.abs());
                    let (into, of) = (Some(&mut dx_sizes[..]), Some(&mut dp_sizes));
                    Op::<X, M>::backward(&sizes, pass, &magnitudes(&x), &[], &mut [], &mut dm_sizes, into, of);

                    let mut one = vec![crate::tensor::zero::<Y>(); samples];
                    let mut room = vec![f32::NAN; <L as Pooled<X, M, Y>>::INFER.len(samples)];
                    Pooled::<X, M, Y>::infer(&layer, &x, &mut one, &mut room, [false; 2]);
                    same(flat(&one), flat(&y), "inference");
                    let mut room = vec![f32::NAN; <L as Pooled<X, M, Y>>::TRAIN.len(samples)];
                    flat_mut(&mut one).fill(f32::NAN);
                    Pooled::<X, M, Y>::forward(&layer, pass, &x, &mut one, &mut room, [false; 2]);
                    same(flat(&one), flat(&y), "training");
                    let (mut one_dx, mut one_dp) = (x.clone(), before.clone());
                    let (into, of) = (Some(&mut one_dx[..]), Some(&mut one_dp));
                    Pooled::<X, M, Y>::backward(&layer, pass, &x, &one, &mut room, &mut dy.clone(), into, of, [false; 2]);
                    let windows = ($oh / 2) * ($ow / 2);
                    if finite || cfg!(feature = "deterministic") {
                        close(flat(&one_dx), flat(&dx), flat(&dx_sizes), $o * windows, "dx");
                        close(one_dp.flat(), dp.flat(), dp_sizes.flat(), samples * windows + 1, "dp");
                    }
                }
            }
        )*};
    }
    shapes! {
        plain: Conv2d<3, 9, 3, 3>, [3, 10, 12], [9, 8, 10];
        odd: Conv2d<2, 6, 3, 4>, [2, 9, 14], [6, 7, 11];
        wide: Conv2d<7, 5, 5, 5>, [7, 14, 14], [5, 10, 10];
        padded: Conv2d<1, 6, 5, 5, f32, [f32; 6], 1, 1, 2, 2>, [1, 16, 14], [6, 16, 14];
        without_bias: Conv2d<2, 3, 3, 3, f32, (), 1, 1, 1, 1>, [2, 6, 8], [3, 6, 8];
        in_steps: Conv2d<2, 4, 3, 3, f32, [f32; 4], 2, 2, 1, 1>, [2, 13, 16], [4, 7, 8];
        in_groups: Conv2d<2, 6, 3, 3, f32, [f32; 6], 1, 1, 1, 1, 1, 1, 3>, [6, 7, 9], [6, 7, 9];
        of_few_products: Conv2d<1, 1, 1, 1>, [1, 4, 5], [1, 4, 5];
        of_many_rows: Conv2d<1, 2, 3, 3>, [1, 60, 34], [2, 58, 32];
        of_long_rows: Conv2d<1, 8, 3, 3, f32, [f32; 8], 1, 1, 1, 1>, [1, 28, 28], [8, 28, 28];
        of_many_channels: Conv2d<40, 3, 3, 3>, [40, 9, 9], [3, 7, 7];
        of_one_row_of_windows: Conv2d<2, 5, 1, 3>, [2, 3, 41], [5, 3, 39];
    }
}
