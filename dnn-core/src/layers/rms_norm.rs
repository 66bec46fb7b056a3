//! y = x / sqrt(q + eps) w with the mean square q = sum of x^2 / N of a row of N values
//!
//! dx = (g - x (sum of g x) / (N (q + eps))) / sqrt(q + eps) with g = w dy, dw += dy x / sqrt(q + eps)
//!
//! A row of zeros stays one, and its gradient is g / sqrt(eps). A NaN or inf makes all or part of its row NaN, and no other
//! one.

use super::optional::{Absent, Optional, entry, fits};
use super::statistics::{covariance, squares};
use crate::layer::{Layer, Pass};
use crate::parameters::{Entry, Parameters};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::workspace::Extent;
use core::mem::offset_of;

/// The values of each sample, or of each row of its last dimensions, brought to a mean square of 1, then scaled one by one:
/// PyTorch's [`RMSNorm`](https://docs.pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html)
/// (B. Zhang, R. Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019).
///
/// It works on `[[T; N]; R]`: R rows of N values. `weight` has the shape that is normalised, or is [`Absent`]. EPS is the
/// bits of an `f64`; 0, the default as in PyTorch, stands for the distance from 1 to the next number of `T`.
///
/// In a declaration it is written `norm: RmsNorm<64>`, or `norm: RmsNorm<8, 64>(eps = 1e-6)` for the last two dimensions.
/// `RmsNorm<64, elementwise_affine = false>` has no parameters and needs no name.
///
/// ```
/// use dnn_core::{Layer, RmsNorm};
/// let norm: RmsNorm<[f32; 2]> = RmsNorm { weight: [5.0, 10.0] };
/// let mut y = [[[0.0; 2]]];
/// norm.infer(&[[[1.0, 7.0]]], &mut y, &mut []); // a mean square of 25
/// assert_eq!(y[0][0].map(f32::round), [1.0, 14.0]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct RmsNorm<W, const EPS: u64 = 0> {
    /// w, 1 at first
    pub weight: W,
}

impl<T: Scalar, W: Optional<Scalar = T>, const EPS: u64> RmsNorm<W, EPS> {
    const ENTRIES: [Entry; 1] = [entry("weight", offset_of!(Self, weight), W::DIMS)];

    /// 1 / sqrt(q + eps) of a row.
    #[inline(always)]
    fn inverse<const N: usize>(x: &[T; N]) -> T {
        let eps = if EPS == 0 { T::EPSILON } else { T::from_f64(f64::from_bits(EPS)) };
        T::ONE / (squares(x, T::ZERO) / T::from_usize(N) + eps).sqrt()
    }

    /// y of a row.
    #[inline(always)]
    fn normalize<const N: usize>(&self, x: &[T; N], inverse: T, y: &mut [T; N]) {
        const { fits(W::DIMS, N) };
        for (x, y) in x.iter().zip(y.iter_mut()) {
            *y = *x * inverse;
        }
        for (y, weight) in y.iter_mut().zip(self.weight.elements().into_iter().flatten()) {
            *y *= *weight;
        }
    }
}

// SAFETY: repr(C) over one tensor, or nothing in its place, which the table lists if it is there.
#[diagnostic::do_not_recommend]
unsafe impl<T: Scalar, W: Optional<Scalar = T>, const EPS: u64> Parameters for RmsNorm<W, EPS> {
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = if W::DIMS.is_some() { &Self::ENTRIES } else { &[] };

    /// PyTorch's default: weight 1.
    fn init_in<R: Generator>(&mut self, _: &mut R) {
        for weight in self.weight.elements_mut().into_iter().flatten() {
            *weight = T::ONE;
        }
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize, const R: usize, T: Scalar, W: Optional<Scalar = T>, const EPS: u64> Layer<[[T; N]; R]>
    for RmsNorm<W, EPS>
{
    type Output = [[T; N]; R];
    /// 1 / sqrt(q + eps) of each row.
    const TRAIN: Extent = Extent::new(R, 0);

    #[inline(always)]
    fn infer(&self, x: &[[[T; N]; R]], y: &mut [[[T; N]; R]], _: &mut [T]) {
        for (x, y) in x.as_flattened().iter().zip(y.as_flattened_mut()) {
            self.normalize(x, Self::inverse(x), y);
        }
    }

    #[inline(always)]
    fn forward(&self, _: &Pass, x: &[[[T; N]; R]], y: &mut [[[T; N]; R]], saved: &mut [T]) {
        for ((x, y), saved) in x.as_flattened().iter().zip(y.as_flattened_mut()).zip(saved) {
            *saved = Self::inverse(x);
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
        let (x, dy) = (x.as_flattened(), dy.as_flattened());
        if let Some(dp) = dp {
            for ((x, dy), inverse) in x.iter().zip(dy).zip(saved.iter()) {
                let weight = dp.weight.elements_mut().into_iter().flatten();
                for ((x, dy), weight) in x.iter().zip(dy).zip(weight) {
                    *weight += *dy * (*x * *inverse);
                }
            }
        }
        let dx = dx.map(|dx| dx.as_flattened_mut()).unwrap_or_default();
        for (((x, dy), inverse), dx) in x.iter().zip(dy).zip(saved.iter()).zip(dx) {
            *dx = *dy;
            for (dx, weight) in dx.iter_mut().zip(self.weight.elements().into_iter().flatten()) {
                *dx *= *weight; // g
            }
            let product = covariance(x, T::ZERO, dx) * *inverse * *inverse / T::from_usize(N);
            for (x, dx) in x.iter().zip(dx) {
                *dx = (*dx - *x * product) * *inverse;
            }
        }
    }
}

impl<T: Scalar, const EPS: u64> RmsNorm<Absent<T>, EPS> {
    /// The layer without parameters, which takes rows of any length.
    pub const PLAIN: Self = crate::parameters::zeros();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, zeros};

    /// eps = 1: the mean square of -1, 1, 1 and 3 is 3, so that 1 / sqrt(q + eps) is 1/2.
    type Norm = RmsNorm<[f32; 4], { 1f64.to_bits() }>;
    const NORM: Norm = RmsNorm { weight: [2.0, 2.0, 4.0, 2.0] };
    const X: [[[f32; 4]; 2]; 1] = [[[-1.0, 1.0, 1.0, 3.0], [0.0; 4]]];

    #[test]
    fn rows_have_their_own_mean_square() {
        let (mut y, mut inferred, mut saved) = (X, X, [9.0; 2]);
        NORM.forward(&Pass::default(), &X, &mut y, &mut saved);
        assert_eq!((y, saved), ([[[-1.0, 1.0, 2.0, 3.0], [0.0; 4]]], [0.5, 1.0]));
        NORM.infer(&X, &mut inferred, &mut []);
        assert_eq!(inferred, y);
    }

    #[test]
    fn gradients_lose_what_lies_along_the_values() {
        let (mut y, mut saved, mut dx, mut dp) = (X, [0.0; 2], X, NORM);
        let mut dy = [[[0.0, 2.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]]];
        dp.set_zero();
        NORM.forward(&Pass::default(), &X, &mut y, &mut saved);
        NORM.backward(&Pass::default(), &X, &y, &mut saved, &mut dy, Some(&mut dx), Some(&mut dp));
        // g = 0, 4, 4, 0; g - x 8 / 4 / 4, half of that. The second row: g = 2, 0, 0, 0.
        assert_eq!(dx, [[[0.25, 1.75, 1.75, -0.75], [2.0, 0.0, 0.0, 0.0]]]);
        assert_eq!(dp.weight, [0.0, 1.0, 0.5, 0.0]);
    }

    #[test]
    fn the_weight_may_be_absent_and_eps_that_of_the_scalar() {
        let (mut single, mut double) = ([[[0.0f32]]], [[[0.0f64]]]);
        RmsNorm::<_, 0>::PLAIN.infer(&[[[f32::EPSILON.sqrt()]]], &mut single, &mut []);
        RmsNorm::<_, 0>::PLAIN.infer(&[[[f64::EPSILON.sqrt()]]], &mut double, &mut []);
        assert!((single[0][0][0] - 0.5f32.sqrt()).abs() < 1e-6 && (double[0][0][0] - 0.5f64.sqrt()).abs() < 1e-15);
        assert_eq!(RmsNorm::<Absent<f32>, 0>::PLAIN.parameters().count(), 0);
        let mut norm: Norm = zeros();
        norm.init_in(&mut Rng::new(1));
        assert_eq!(norm.weight, [1.0; 4]);
    }
}
