//! y = (x - m) / sqrt(v + eps) w + b with the mean m and the variance v = sum of (x - m)^2 / n of the n values of a group of
//! channels of one sample, and w and b of the channel
//!
//! dx = (g - sum of g / n - (x - m) (sum of g (x - m)) / (n (v + eps))) / sqrt(v + eps) with g = w dy,
//! dw += sum of dy (x - m) / sqrt(v + eps) over a channel, db += sum of dy over a channel
//!
//! A group of equal values becomes b. A NaN or inf makes all of its group NaN, and no other one.

use super::statistics::{covariance, squares, total};
use crate::layer::{Layer, Pass};
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::{batch_mut, flat};
use crate::workspace::Extent;
use core::mem::offset_of;

/// The values of each group of channels brought to mean 0 and variance 1 in each sample by itself, then each channel scaled
/// and shifted: PyTorch's [`GroupNorm`](https://docs.pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html)
/// (Y. Wu, K. He, "Group Normalization", ECCV 2018).
///
/// It works on `[[[T; S]; K]; G]`: G groups of K channels of S values, with C = G K channels in all. W and B are the lengths
/// of `weight` and `bias`, C or 0, where there is none. EPS is the bits of an `f64`, 1e-5 by default.
///
/// In a declaration it is written `norm: GroupNorm<G, C>`, or `norm: GroupNorm<G, C, bias = false>(eps = 1e-6)`.
/// `GroupNorm<G, C, affine = false>` has no parameters and needs no name.
///
/// ```
/// use dnn_core::{GroupNorm, Layer};
/// let norm: GroupNorm<2, 4> = GroupNorm { weight: [1.0, 1.0, 1.0, 5.0], bias: [0.0, 3.0, 0.0, 0.0] };
/// let mut y = [[[[0.0]; 2]; 2]];
/// norm.infer(&[[[[1.0], [3.0]], [[20.0], [60.0]]]], &mut y, &mut []); // two groups of two channels of one value
/// assert_eq!(y[0].as_flattened().as_flattened().iter().map(|v: &f32| v.round()).collect::<Vec<_>>(), [-1.0, 4.0, -1.0, 5.0]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct GroupNorm<
    const G: usize,
    const C: usize,
    T = f32,
    const W: usize = C,
    const B: usize = W,
    const EPS: u64 = { 1e-5f64.to_bits() },
> {
    /// w, `[C]`, 1 at first
    pub weight: [T; W],
    /// b, `[C]`, 0 at first
    pub bias: [T; B],
}

impl<const G: usize, const C: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64>
    GroupNorm<G, C, T, W, B, EPS>
{
    const WEIGHT: Entry =
        Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[C], role: Role::Parameter };
    const BIAS: Entry =
        Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims: &[C], role: Role::Parameter };
    const ENTRIES: [Entry; 2] = [if W > 0 { Self::WEIGHT } else { Self::BIAS }, Self::BIAS];

    /// Groups of K channels are all channels, and weight and bias have an element for each of them, or none.
    const fn fits(k: usize) {
        assert!(G * k == C, "the input has another number of channels than the layer");
        assert!((W == C || W == 0) && (B == C || B == 0), "weight and bias have an element a channel, or none");
    }

    /// m and 1 / sqrt(v + eps) of a group.
    #[inline(always)]
    fn statistics<const K: usize, const S: usize>(x: &[[T; S]; K]) -> [T; 2] {
        let (x, count) = (flat(x), T::from_usize(K * S));
        let mean = total(x) / count;
        let variance = squares(x, mean) / count;
        [mean, T::ONE / (variance + T::from_f64(f64::from_bits(EPS))).sqrt()]
    }

    /// w of a channel.
    #[inline(always)]
    fn scale(&self, c: usize) -> T {
        if c < W { self.weight[c] } else { T::ONE }
    }

    /// y of group `g`.
    #[inline(always)]
    fn normalize<const K: usize, const S: usize>(
        &self,
        g: usize,
        x: &[[T; S]; K],
        [mean, inverse]: [T; 2],
        y: &mut [[T; S]; K],
    ) {
        for k in 0..K {
            let c = g.wrapping_mul(K).wrapping_add(k);
            let (scale, shift) = (inverse * self.scale(c), if c < B { self.bias[c] } else { T::ZERO });
            for (x, y) in x[k].iter().zip(&mut y[k]) {
                *y = (*x - mean) * scale + shift;
            }
        }
    }
}

// SAFETY: repr(C) over arrays of one scalar type; the table is made from those that hold something.
#[diagnostic::do_not_recommend]
unsafe impl<const G: usize, const C: usize, T: Scalar, const W: usize, const B: usize, const EPS: u64> Parameters
    for GroupNorm<G, C, T, W, B, EPS>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match (W, B) {
        (0, 0) => &[],
        (0, _) | (_, 0) => Self::ENTRIES.split_at(1).0,
        _ => &Self::ENTRIES,
    };

    /// PyTorch's default: weight 1, bias 0.
    fn init_in<R: Generator>(&mut self, _: &mut R) {
        (self.weight, self.bias) = ([T::ONE; W], [T::ZERO; B]);
    }
}

#[diagnostic::do_not_recommend]
impl<
    const S: usize,
    const K: usize,
    const G: usize,
    const C: usize,
    T: Scalar,
    const W: usize,
    const B: usize,
    const EPS: u64,
> Layer<[[[T; S]; K]; G]> for GroupNorm<G, C, T, W, B, EPS>
{
    type Output = [[[T; S]; K]; G];
    /// m and 1 / sqrt(v + eps) of each group.
    const TRAIN: Extent = Extent::new(2 * G, 0);

    #[inline(always)]
    fn infer(&self, x: &[[[[T; S]; K]; G]], y: &mut [[[[T; S]; K]; G]], _: &mut [T]) {
        const { Self::fits(K) };
        for (x, y) in x.iter().zip(y) {
            for g in 0..G {
                self.normalize(g, &x[g], Self::statistics(&x[g]), &mut y[g]);
            }
        }
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[[T; S]; K]; G]], y: &mut [[[[T; S]; K]; G]], saved: &mut [T]) {
        const { Self::fits(K) };
        for ((x, y), saved) in x.iter().zip(y).zip(batch_mut::<[[T; 2]; G]>(saved)) {
            for g in 0..G {
                saved[g] = Self::statistics(&x[g]);
                self.normalize(g, &x[g], saved[g], &mut y[g]);
            }
        }
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[[T; S]; K]; G]],
        _: &[[[[T; S]; K]; G]],
        saved: &mut [T],
        dy: &mut [[[[T; S]; K]; G]],
        dx: Option<&mut [[[[T; S]; K]; G]]>,
        dp: Option<&mut Self>,
    ) {
        const { Self::fits(K) };
        let saved = batch_mut::<[[T; 2]; G]>(saved);
        if let Some(dp) = dp {
            for ((x, dy), saved) in x.iter().zip(dy.iter()).zip(saved.iter()) {
                for g in 0..G {
                    for k in 0..K {
                        let (c, [mean, inverse]) = (g.wrapping_mul(K).wrapping_add(k), saved[g]);
                        if c < W {
                            dp.weight[c] += covariance(&x[g][k], mean, &dy[g][k]) * inverse;
                        }
                        if c < B {
                            dp.bias[c] += total(&dy[g][k]);
                        }
                    }
                }
            }
        }
        let count = T::from_usize(K * S);
        for (((x, dy), saved), dx) in x.iter().zip(dy.iter()).zip(saved.iter()).zip(dx.into_iter().flatten()) {
            for g in 0..G {
                let ([mean, inverse], mut sum, mut product) = (saved[g], T::ZERO, T::ZERO);
                for k in 0..K {
                    let scale = self.scale(g.wrapping_mul(K).wrapping_add(k));
                    sum += scale * total(&dy[g][k]);
                    product += scale * covariance(&x[g][k], mean, &dy[g][k]);
                }
                sum /= count;
                product = product * inverse * inverse / count;
                for k in 0..K {
                    let scale = self.scale(g.wrapping_mul(K).wrapping_add(k));
                    for ((x, dy), dx) in x[g][k].iter().zip(&dy[g][k]).zip(&mut dx[g][k]) {
                        *dx = (scale * *dy - sum - (*x - mean) * product) * inverse;
                    }
                }
            }
        }
    }
}

impl<const G: usize, const C: usize, T: Scalar, const EPS: u64> GroupNorm<G, C, T, 0, 0, EPS> {
    /// The layer without parameters.
    pub const PLAIN: Self = crate::parameters::zeros();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, zeros};

    /// eps = 1; two groups of two channels of two values.
    type Norm<const W: usize = 4, const B: usize = W> = GroupNorm<2, 4, f32, W, B, { 1f64.to_bits() }>;
    type X = [[[f32; 2]; 2]; 2];

    const NORM: Norm = GroupNorm { weight: [2.0, 4.0, 1.0, 1.0], bias: [1.0, 0.0, 7.0, 8.0] };
    // Mean 3 and variance (9 + 1 + 1 + 1) / 4 = 3, so that 1 / sqrt(v + eps) is 1/2; the second group is constant.
    const BATCH: [X; 1] = [[[[0.0, 4.0], [4.0, 4.0]], [[5.0, 5.0], [5.0, 5.0]]]];
    const DY: [X; 1] = [[[[2.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 3.0]]]];

    #[test]
    fn groups_have_their_own_statistics_and_channels_their_own_scale() {
        let (mut y, mut inferred, mut saved) = (BATCH, BATCH, [9.0; 4]);
        NORM.forward(&Pass::default(), &BATCH, &mut y, &mut saved);
        assert_eq!(y, [[[[-2.0, 2.0], [2.0, 2.0]], [[7.0, 7.0], [8.0, 8.0]]]]);
        assert_eq!(saved, [3.0, 0.5, 5.0, 1.0]);
        NORM.infer(&BATCH, &mut inferred, &mut []);
        assert_eq!(inferred, y);
    }

    #[test]
    fn gradients_lose_their_mean_and_what_lies_along_the_values() {
        let (mut y, mut saved, mut dy, mut dx, mut dp) = (BATCH, [0.0; 4], DY, BATCH, NORM);
        dp.set_zero();
        NORM.forward(&Pass::default(), &BATCH, &mut y, &mut saved);
        NORM.backward(&Pass::default(), &BATCH, &y, &mut saved, &mut dy, Some(&mut dx), Some(&mut dp));
        // First group: g = 4, 0, 4, 0; g - 2 - (x - 3) (-8 / 4 / 4), half of that. Second: g = 1, 0, 0, 3 minus 1.
        assert_eq!(dx, [[[[0.25, -0.75], [1.25, -0.75]], [[0.0, -1.0], [-1.0, 2.0]]]]);
        assert_eq!((dp.weight, dp.bias), ([-3.0, 0.5, 0.0, 0.0], [2.0, 1.0, 1.0, 3.0]));
        assert_eq!(dy, DY);
    }

    #[test]
    fn weight_and_bias_may_be_absent() {
        let (mut y, mut plain) = (BATCH, BATCH);
        Norm::<4, 0> { weight: [1.0; 4], bias: [] }.infer(&BATCH, &mut y, &mut []);
        Norm::<0>::PLAIN.infer(&BATCH, &mut plain, &mut []);
        assert_eq!((y, y[0][0]), (plain, [[-1.5, 0.5], [0.5, 0.5]]));
        assert_eq!([<Norm>::TABLE.len(), <Norm<4, 0>>::TABLE.len(), <Norm<0>>::TABLE.len()], [2, 1, 0]);
        let mut norm: Norm = zeros();
        norm.init_in(&mut Rng::new(1));
        assert_eq!(norm.flat(), [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_nan_spoils_its_group_alone() {
        let (mut x, mut y) = (BATCH, BATCH);
        x[0][0][1][1] = f32::NAN;
        NORM.infer(&x, &mut y, &mut []);
        assert!(y[0][0].iter().flatten().all(|v| v.is_nan()) && y[0][1] == [[7.0; 2], [8.0; 2]]);
    }
}
