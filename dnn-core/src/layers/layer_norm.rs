//! y = (x - m) / sqrt(v + eps) w + b with the mean m = sum of x / N and the variance v = sum of (x - m)^2 / N of a row of N
//! values
//!
//! dx = (g - sum of g / N - (x - m) (sum of g (x - m)) / (N (v + eps))) / sqrt(v + eps) with g = w dy,
//! dw += dy (x - m) / sqrt(v + eps), db += dy
//!
//! A row of equal values becomes b. A NaN or inf makes all of its row NaN, and no other one.

use super::optional::{Absent, Optional, entry, fits};
use super::statistics::{covariance, squares, total};
use crate::layer::{Layer, Pass};
use crate::parameters::{Entry, Parameters};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::batch_mut;
use crate::workspace::Extent;
use core::mem::offset_of;

/// The values of each sample, or of each row of its last dimensions, brought to mean 0 and variance 1, then scaled and
/// shifted one by one: PyTorch's [`LayerNorm`](https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html)
/// (J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", 2016).
///
/// It works on `[[T; N]; R]`: R rows of N values. `weight` and `bias` have the shape that is normalised, N values in all;
/// [`Absent`] stands in the place of one that there is not. EPS is the bits of an `f64`, 1e-5 by default.
///
/// In a declaration it is written `norm: LayerNorm<64>`, or `norm: LayerNorm<8, 64, bias = false>(eps = 1e-6)` for the last
/// two dimensions. `LayerNorm<64, elementwise_affine = false>` has no parameters and needs no name.
///
/// ```
/// use dnn_core::{Layer, LayerNorm};
/// let norm: LayerNorm<[f32; 4]> = LayerNorm { weight: [1.0, 1.0, 2.0, 2.0], bias: [0.0, 0.0, 0.0, 5.0] };
/// let mut y = [[[0.0; 4]]];
/// norm.infer(&[[[1.0, 1.0, 3.0, 3.0]]], &mut y, &mut []); // one sample of one row
/// assert_eq!(y[0][0].map(f32::round), [-1.0, -1.0, 2.0, 7.0]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm<W, B = W, const EPS: u64 = { 1e-5f64.to_bits() }> {
    /// w, 1 at first
    pub weight: W,
    /// b, 0 at first
    pub bias: B,
}

impl<T: Scalar, W: Optional<Scalar = T>, B: Optional<Scalar = T>, const EPS: u64> LayerNorm<W, B, EPS> {
    const WEIGHT: Entry = entry("weight", offset_of!(Self, weight), W::DIMS);
    const BIAS: Entry = entry("bias", offset_of!(Self, bias), B::DIMS);
    const ENTRIES: [Entry; 2] = [if W::DIMS.is_some() { Self::WEIGHT } else { Self::BIAS }, Self::BIAS];

    /// m and 1 / sqrt(v + eps) of a row.
    #[inline(always)]
    fn statistics<const N: usize>(x: &[T; N]) -> [T; 2] {
        let mean = total(x) / T::from_usize(N);
        let variance = squares(x, mean) / T::from_usize(N);
        [mean, T::ONE / (variance + T::from_f64(f64::from_bits(EPS))).sqrt()]
    }

    /// y of a row.
    #[inline(always)]
    fn normalize<const N: usize>(&self, x: &[T; N], [mean, inverse]: [T; 2], y: &mut [T; N]) {
        const { fits(W::DIMS, N) };
        const { fits(B::DIMS, N) };
        for (x, y) in x.iter().zip(y.iter_mut()) {
            *y = (*x - mean) * inverse;
        }
        for (y, weight) in y.iter_mut().zip(self.weight.elements().into_iter().flatten()) {
            *y *= *weight;
        }
        for (y, bias) in y.iter_mut().zip(self.bias.elements().into_iter().flatten()) {
            *y += *bias;
        }
    }
}

// SAFETY: repr(C) over tensors of one scalar type, or nothing in their place; the table is made from those that are there.
#[diagnostic::do_not_recommend]
unsafe impl<T: Scalar, W: Optional<Scalar = T>, B: Optional<Scalar = T>, const EPS: u64> Parameters
    for LayerNorm<W, B, EPS>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match (W::DIMS, B::DIMS) {
        (Some(_), Some(_)) => &Self::ENTRIES,
        (None, None) => &[],
        _ => Self::ENTRIES.split_at(1).0,
    };

    /// PyTorch's default: weight 1, bias 0.
    fn init_in<R: Generator>(&mut self, _: &mut R) {
        for weight in self.weight.elements_mut().into_iter().flatten() {
            *weight = T::ONE;
        }
        for bias in self.bias.elements_mut().into_iter().flatten() {
            *bias = T::ZERO;
        }
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize, const R: usize, T: Scalar, W: Optional<Scalar = T>, B: Optional<Scalar = T>, const EPS: u64>
    Layer<[[T; N]; R]> for LayerNorm<W, B, EPS>
{
    type Output = [[T; N]; R];
    /// m and 1 / sqrt(v + eps) of each row.
    const TRAIN: Extent = Extent::new(2 * R, 0);

    #[inline(always)]
    fn infer(&self, x: &[[[T; N]; R]], y: &mut [[[T; N]; R]], _: &mut [T]) {
        for (x, y) in x.as_flattened().iter().zip(y.as_flattened_mut()) {
            self.normalize(x, Self::statistics(x), y);
        }
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[T; N]; R]], y: &mut [[[T; N]; R]], saved: &mut [T]) {
        let saved = batch_mut::<[T; 2]>(saved);
        for ((x, y), saved) in x.as_flattened().iter().zip(y.as_flattened_mut()).zip(saved) {
            *saved = Self::statistics(x);
            self.normalize(x, *saved, y);
        }
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[T; N]; R]],
        _: &[[[T; N]; R]],
        saved: &mut [T],
        dy: &mut [[[T; N]; R]],
        dx: Option<&mut [[[T; N]; R]]>,
        dp: Option<&mut Self>,
    ) {
        const { fits(W::DIMS, N) };
        const { fits(B::DIMS, N) };
        let (x, dy, saved) = (x.as_flattened(), dy.as_flattened(), batch_mut::<[T; 2]>(saved));
        if let Some(dp) = dp {
            for ((x, dy), [mean, inverse]) in x.iter().zip(dy).zip(saved.iter()) {
                let weight = dp.weight.elements_mut().into_iter().flatten();
                for ((x, dy), weight) in x.iter().zip(dy).zip(weight) {
                    *weight += *dy * ((*x - *mean) * *inverse);
                }
                for (dy, bias) in dy.iter().zip(dp.bias.elements_mut().into_iter().flatten()) {
                    *bias += *dy;
                }
            }
        }
        let dx = dx.map(|dx| dx.as_flattened_mut()).unwrap_or_default();
        for (((x, dy), [mean, inverse]), dx) in x.iter().zip(dy).zip(saved.iter()).zip(dx) {
            *dx = *dy;
            for (dx, weight) in dx.iter_mut().zip(self.weight.elements().into_iter().flatten()) {
                *dx *= *weight; // g
            }
            let sum = total(dx) / T::from_usize(N);
            let product = covariance(x, *mean, dx) * *inverse * *inverse / T::from_usize(N);
            for (x, dx) in x.iter().zip(dx) {
                *dx = (*dx - sum - (*x - *mean) * product) * *inverse;
            }
        }
    }
}

impl<T: Scalar, const EPS: u64> LayerNorm<Absent<T>, Absent<T>, EPS> {
    /// The layer without parameters, which takes rows of any length.
    pub const PLAIN: Self = crate::parameters::zeros();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, zeros};

    /// eps = 1 over the shape [2, 2].
    type Norm = LayerNorm<[[f32; 2]; 2], [[f32; 2]; 2], { 1f64.to_bits() }>;

    const NORM: Norm = LayerNorm { weight: [[2.0, 2.0], [4.0, 2.0]], bias: [[0.0, 1.0], [0.0, 7.0]] };
    // Mean 3 and variance (9 + 1 + 1 + 1) / 4 = 3, so that 1 / sqrt(v + eps) is 1/2; the second row is constant.
    const X: [[[f32; 4]; 2]; 1] = [[[0.0, 4.0, 4.0, 4.0], [5.0; 4]]];
    const DY: [[[f32; 4]; 2]; 1] = [[[2.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]];

    #[test]
    fn rows_have_their_own_statistics() {
        let (mut y, mut inferred, mut saved) = (X, X, [9.0; 4]);
        NORM.forward(&Pass::default(), &X, &mut y, &mut saved);
        assert_eq!(y, [[[-3.0, 2.0, 2.0, 8.0], [0.0, 1.0, 0.0, 7.0]]]);
        assert_eq!(saved, [3.0, 0.5, 5.0, 1.0]);
        NORM.infer(&X, &mut inferred, &mut []);
        assert_eq!(inferred, y);
    }

    #[test]
    fn gradients_lose_their_mean_and_what_lies_along_the_values() {
        let (mut y, mut saved, mut dy, mut dx, mut dp) = (X, [0.0; 4], DY, X, NORM);
        dp.set_zero();
        NORM.forward(&Pass::default(), &X, &mut y, &mut saved);
        NORM.backward(&Pass::default(), &X, &y, &mut saved, &mut dy, Some(&mut dx), Some(&mut dp));
        // First row: g = 4, 0, 0, 0; g - 1 - (x - 3) (-12 / 4 / 4), half of that. Second: g = 0, 2, 0, 0 minus 1/2.
        assert_eq!(dx, [[[0.375, -0.125, -0.125, -0.125], [-0.5, 1.5, -0.5, -0.5]]]);
        assert_eq!((dp.weight, dp.bias), ([[-3.0, 0.0], [0.0, 0.0]], [[2.0, 1.0], [0.0, 0.0]]));
        assert_eq!(dy, DY);
    }

    #[test]
    fn weight_and_bias_may_be_absent() {
        let weight: LayerNorm<[f32; 2], Absent<f32>> = LayerNorm { weight: [1.0; 2], bias: Absent::default() };
        let mut y = [[[0.0f32; 4]]];
        let plain = LayerNorm::<_, _, { 1f64.to_bits() }>::PLAIN;
        plain.infer(&[[X[0][0]]], &mut y, &mut []);
        assert_eq!(y, [[[-1.5, 0.5, 0.5, 0.5]]]);
        assert_eq!((weight.parameters().count(), plain.parameters().count()), (1, 0));
        let mut norm: Norm = zeros();
        norm.init_in(&mut Rng::new(1));
        assert_eq!(norm.flat(), [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(norm.parameters().all(|tensor| tensor.dims == [2, 2]));
    }

    #[test]
    fn a_nan_spoils_its_row_alone() {
        for wrong in [f32::NAN, f32::INFINITY] {
            let mut y = [[[0.0f32; 2]; 2]];
            LayerNorm::<Absent<f32>>::PLAIN.infer(&[[[1.0, wrong], [1.0, -1.0]]], &mut y, &mut []);
            assert!(y[0][0].iter().all(|v| v.is_nan()) && y[0][1].iter().all(|v| v.is_finite()));
        }
    }
}
