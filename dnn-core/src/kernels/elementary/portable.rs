//! The functions of vectors that every target has.

use super::Elementary;
use crate::kernels::level::Lanes;
use crate::scalar::Scalar;

impl<T: Scalar> Elementary<T> for Lanes<T> {
    #[inline(always)]
    unsafe fn sub(mut self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] -= b.0[i];
        }
        self
    }
    #[inline(always)]
    unsafe fn mul(mut self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] *= b.0[i];
        }
        self
    }
    #[inline(always)]
    unsafe fn div(mut self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] /= b.0[i];
        }
        self
    }
    #[inline(always)]
    unsafe fn abs(mut self) -> Self {
        for i in 0..4 {
            self.0[i] = Scalar::abs(self.0[i]);
        }
        self
    }
    #[inline(always)]
    unsafe fn above(self, bound: Self, yes: Self, mut no: Self) -> Self {
        for i in 0..4 {
            no.0[i] = if self.0[i] > bound.0[i] { yes.0[i] } else { no.0[i] };
        }
        no
    }
    #[inline(always)]
    unsafe fn rectified(mut self) -> Self {
        for i in 0..4 {
            self.0[i] = if self.0[i] < T::ZERO { T::ZERO } else { self.0[i] };
        }
        self
    }
    #[inline(always)]
    unsafe fn greater(mut self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] = if self.0[i] > b.0[i] { self.0[i] } else { b.0[i] };
        }
        self
    }
    by_lanes! { |vector: Self| vector.0, Lanes; exp sigmoid tanh exp_m1 ln ln_1p erf }
}
