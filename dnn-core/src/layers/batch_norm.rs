//! y = (x - m) / sqrt(v + eps) w + b, where in training m and v are the mean and the variance of the batch, n values of a
//! channel, m = sum of x / n, v = sum of (x - m)^2 / n, and in inference the running ones
//!
//! dx = w / sqrt(v + eps) (dy - sum of dy / n - (x - m) (sum of dy (x - m)) / (n (v + eps))),
//! dw += sum of dy (x - m) / sqrt(v + eps), db += sum of dy; by running statistics dx = w / sqrt(v + eps) dy
//!
//! After a batch running_mean = (1 - momentum) running_mean + momentum m, and running_var likewise with the unbiased
//! variance v n / (n - 1).
//!
//! A channel whose values are all equal becomes b, as exactly as its mean is a number of the type. A NaN or inf makes all of
//! its channel NaN, and the running statistics of that channel too, as in PyTorch; other channels stay what they are.

use super::statistics::{covariance, squares, total};
use crate::layer::{Layer, Overwrite, Pass};
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, batch, batch_mut};
use crate::workspace::{Extent, spoil};
use core::mem::offset_of;

/// What [`BatchNorm1d`](crate::BatchNorm1d) and [`BatchNorm2d`](crate::BatchNorm2d) are: each channel brought to mean 0 and
/// variance 1 over the batch, then scaled and shifted
/// (S. Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
/// ICML 2015).
///
/// It works on `[[T; S]; C]`: S values for each of C channels. W and B are the lengths of `weight` and `bias`, C or 0, where
/// there is none. EPS and MOMENTUM are the bits of `f64` numbers, 1e-5 and 0.1 by default.
///
/// # Training
/// A pass needs the whole batch at once, and 2 values of each channel at least. [`absorb`](Layer::absorb) moves the running
/// statistics, which are buffers: they have no gradient and no decay. A frozen layer uses the running statistics and leaves
/// them.
///
/// # Panics
/// `forward` panics where there is one value of each channel: its variance is no estimate, and its gradient is 0. A release
/// build without the feature `alloc`, where no panic may be reachable, gives NaN. [`Trainer`](crate::Trainer) refuses such a
/// batch before it changes anything, and `fit` by an error.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm<
    const C: usize,
    T = f32,
    const W: usize = C,
    const B: usize = W,
    const EPS: u64 = { 1e-5f64.to_bits() },
    const MOMENTUM: u64 = { 0.1f64.to_bits() },
> {
    /// w, `[C]`, 1 at first
    pub weight: [T; W],
    /// b, `[C]`, 0 at first
    pub bias: [T; B],
    /// The running mean, `[C]`, 0 at first: a buffer.
    pub running_mean: [T; C],
    /// The running unbiased variance, `[C]`, 1 at first: a buffer.
    pub running_var: [T; C],
}

/// The gradient of a [`BatchNorm`], which is that of its weight and bias: buffers have none.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNormGradient<const W: usize, const B: usize, T> {
    /// dL/dw, `[C]`
    pub weight: [T; W],
    /// dL/db, `[C]`
    pub bias: [T; B],
}

/// The entries without those of weight and bias that hold nothing.
const fn present<const N: usize>(entries: &'static [Entry; N], w: usize, b: usize) -> &'static [Entry] {
    match (w, b) {
        (0, 0) => entries.split_at(2).1,
        (0, _) | (_, 0) => entries.split_at(1).1,
        _ => entries,
    }
}

impl<const W: usize, const B: usize, T: Scalar> BatchNormGradient<W, B, T> {
    const WEIGHT: Entry =
        Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[W], role: Role::Parameter };
    const BIAS: Entry =
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[B], role: Role::Parameter };
    const ENTRIES: [Entry; 2] = [Self::WEIGHT, if B > 0 { Self::BIAS } else { Self::WEIGHT }];
}

// SAFETY: repr(C) over arrays of one scalar type; the table is made from the fields that hold something.
#[diagnostic::do_not_recommend]
unsafe impl<const W: usize, const B: usize, T: Scalar> Parameters for BatchNormGradient<W, B, T> {
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = present(&Self::ENTRIES, W, B);

    fn init_in<R: Generator>(&mut self, _: &mut R) {
        self.set_zero();
    }
}

impl<const C: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>
    BatchNorm<C, T, W, B, EPS, MOMENTUM>
{
    const FITS: () =
        assert!((W == C || W == 0) && (B == C || B == 0), "weight and bias have an element a channel, or none");
    const WEIGHT: Entry =
        Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[C], role: Role::Parameter };
    const BIAS: Entry =
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[C], role: Role::Parameter };
    const ENTRIES: [Entry; 4] = [
        Self::WEIGHT,
        if B > 0 { Self::BIAS } else { Self::WEIGHT },
        Entry::Tensor { name: "running_mean", offset: offset_of!(Self, running_mean), dims: &[C], role: Role::Buffer },
        Entry::Tensor { name: "running_var", offset: offset_of!(Self, running_var), dims: &[C], role: Role::Buffer },
    ];

    /// w / sqrt(v + eps) of a channel.
    #[inline(always)]
    pub(super) fn scale(&self, c: usize, variance: T) -> T {
        let root = (variance + T::from_f64(f64::from_bits(EPS))).sqrt();
        if c < W { self.weight[c] / root } else { T::ONE / root }
    }

    /// b of a channel.
    #[inline(always)]
    pub(super) fn shift(&self, c: usize) -> T {
        if c < B { self.bias[c] } else { T::ZERO }
    }

    /// y by a mean and a scale for each channel.
    #[inline(always)]
    fn normalize<const S: usize>(&self, x: &[[[T; S]; C]], mean: &[T; C], scale: &[T; C], y: &mut [[[T; S]; C]]) {
        for (x, y) in x.iter().zip(y) {
            for c in 0..C {
                let (mean, scale, shift) = (mean[c], scale[c], self.shift(c));
                for (x, y) in x[c].iter().zip(&mut y[c]) {
                    *y = (*x - mean) * scale + shift;
                }
            }
        }
    }
}

// SAFETY: repr(C) over arrays of one scalar type; the table is made from the fields that hold something. The gradient has
// the parameters among them in the same order.
#[diagnostic::do_not_recommend]
unsafe impl<const C: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64> Parameters
    for BatchNorm<C, T, W, B, EPS, MOMENTUM>
{
    type Scalar = T;
    type Gradient = BatchNormGradient<W, B, T>;
    const TABLE: &'static [Entry] = present(&Self::ENTRIES, W, B);

    /// PyTorch's default: weight and running variance 1, bias and running mean 0.
    fn init_in<R: Generator>(&mut self, _: &mut R) {
        self.weight = [T::ONE; W];
        self.bias = [T::ZERO; B];
        self.running_mean = [T::ZERO; C];
        self.running_var = [T::ONE; C];
    }
}

#[diagnostic::do_not_recommend]
impl<const C: usize, const S: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>
    Layer<[[T; S]; C]> for BatchNorm<C, T, W, B, EPS, MOMENTUM>
{
    type Output = [[T; S]; C];
    /// A scale for each channel.
    const INFER: Extent = Extent::new(0, C);
    /// For each channel mean, variance and scale and, in the backward pass, the sums of dy and of dy (x - m).
    const TRAIN: Extent = Extent::new(0, 5 * C);
    const WHOLE_BATCH: bool = true;
    const LEAST_BATCH: usize = if S == 1 { 2 } else { 1 };

    #[inline(always)]
    fn infer(&self, x: &[[[T; S]; C]], y: &mut [[[T; S]; C]], workspace: &mut [T]) {
        const { Self::FITS };
        let [scale, ..] = batch_mut::<[T; C]>(workspace) else { return };
        for c in 0..C {
            scale[c] = self.scale(c, self.running_var[c]);
        }
        self.normalize(x, &self.running_mean, scale, y);
    }

    #[inline(always)]
    fn forward(&self, pass: &Pass, x: &[[[T; S]; C]], y: &mut [[[T; S]; C]], saved: &mut [T]) {
        const { Self::FITS };
        let n = x.len().wrapping_mul(S);
        if pass.frozen || n == 0 {
            return Layer::infer(self, x, y, saved);
        }
        if n == 1 {
            return alone(y);
        }
        let [mean, variance, scale, ..] = batch_mut::<[T; C]>(saved) else { return };
        let count = T::from_usize(n);
        *mean = [T::ZERO; C];
        for x in x {
            for c in 0..C {
                mean[c] += total(&x[c]);
            }
        }
        for c in 0..C {
            mean[c] /= count;
        }
        *variance = [T::ZERO; C];
        for x in x {
            for c in 0..C {
                variance[c] += squares(&x[c], mean[c]);
            }
        }
        for c in 0..C {
            variance[c] /= count;
            scale[c] = self.scale(c, variance[c]);
        }
        self.normalize(x, mean, scale, y);
    }

    #[inline(always)]
    fn backward(
        &self,
        pass: &Pass,
        x: &[[[T; S]; C]],
        _: &[[[T; S]; C]],
        saved: &mut [T],
        dy: &mut [[[T; S]; C]],
        dx: Option<&mut [[[T; S]; C]]>,
        dp: Option<&mut BatchNormGradient<W, B, T>>,
    ) {
        const { Self::FITS };
        let [mean, variance, scale, sum, product, ..] = batch_mut::<[T; C]>(saved) else { return };
        if pass.frozen {
            (*mean, *variance) = (self.running_mean, self.running_var);
            for c in 0..C {
                scale[c] = self.scale(c, variance[c]);
            }
        }
        (*sum, *product) = ([T::ZERO; C], [T::ZERO; C]);
        if !pass.frozen || dp.is_some() {
            for (x, dy) in x.iter().zip(dy.iter()) {
                for c in 0..C {
                    sum[c] += total(&dy[c]);
                    product[c] += covariance(&x[c], mean[c], &dy[c]);
                }
            }
        }
        let eps = T::from_f64(f64::from_bits(EPS));
        if let Some(dp) = dp {
            for c in 0..C {
                if c < W {
                    dp.weight[c] += product[c] / (variance[c] + eps).sqrt();
                }
                if c < B {
                    dp.bias[c] += sum[c];
                }
            }
        }
        let Some(dx) = dx else { return };
        if pass.frozen {
            for (dx, dy) in dx.iter_mut().zip(dy.iter()) {
                for c in 0..C {
                    for (dx, dy) in dx[c].iter_mut().zip(&dy[c]) {
                        *dx = *dy * scale[c];
                    }
                }
            }
            return;
        }
        let count = T::from_usize(x.len().wrapping_mul(S));
        for c in 0..C {
            sum[c] /= count;
            product[c] /= count * (variance[c] + eps);
        }
        for ((x, dy), dx) in x.iter().zip(dy.iter()).zip(dx) {
            for c in 0..C {
                let (mean, scale, sum, product) = (mean[c], scale[c], sum[c], product[c]);
                for ((x, dy), dx) in x[c].iter().zip(&dy[c]).zip(&mut dx[c]) {
                    *dx = (*dy - sum - (*x - mean) * product) * scale;
                }
            }
        }
    }

    #[inline(always)]
    fn absorb(&mut self, samples: usize, saved: &[T]) {
        let n = samples.wrapping_mul(S);
        let [mean, variance, ..] = batch::<[T; C]>(saved) else { return };
        if n < 2 {
            return;
        }
        let momentum = f64::from_bits(MOMENTUM);
        let (new, old) = (T::from_f64(momentum), T::from_f64(1.0 - momentum));
        let unbiased = T::from_usize(n) / T::from_usize(n - 1);
        for c in 0..C {
            self.running_mean[c] = old * self.running_mean[c] + new * mean[c];
            self.running_var[c] = old * self.running_var[c] + new * (variance[c] * unbiased);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<const C: usize, const S: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64, const MOMENTUM: u64>
    Overwrite<[[T; S]; C]> for BatchNorm<C, T, W, B, EPS, MOMENTUM>
{
    #[inline(always)]
    fn overwrite(&self, buffer: &mut [[[T; S]; C]], workspace: &mut [T]) {
        const { Self::FITS };
        let [scale, ..] = batch_mut::<[T; C]>(workspace) else { return };
        for c in 0..C {
            scale[c] = self.scale(c, self.running_var[c]);
        }
        for v in buffer {
            for c in 0..C {
                let (mean, scale, shift) = (self.running_mean[c], scale[c], self.shift(c));
                for v in &mut v[c] {
                    *v = (*v - mean) * scale + shift;
                }
            }
        }
    }
}

/// What one value of each channel gives in training: a panic or, where none may be reachable, NaN.
#[cold]
#[inline(never)]
fn alone<Y: Tensor<Scalar: Scalar>>(y: &mut [Y]) {
    if cfg!(any(feature = "alloc", debug_assertions)) {
        panic!(
            "a batch of 1 sample with 1 value of each channel, but a variance takes 2 values: make the batch larger, or \
             freeze the layer"
        );
    }
    spoil(y);
}
