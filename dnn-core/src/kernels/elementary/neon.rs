//! The functions, and the operations of which they are made, on the vectors of NEON.

use super::Elementary;
#[cfg(not(feature = "deterministic"))]
use super::lanewise::{FIRST, Lanewise, ROUND};
#[cfg(not(feature = "deterministic"))]
use super::series;
use crate::scalar::Scalar;
use core::arch::aarch64::*;

/// Implements `Elementary` by intrinsics, and its functions by those of `series` or of the scalar.
macro_rules! elementary {
    (
        $vector:ident of $lanes:literal $scalar:ident:
        $splat:ident $sub:ident $mul:ident $div:ident $abs:ident $less:ident $greater:ident $select:ident; $($functions:tt)*
    ) => {
        // SAFETY (of every block in here): the callers of the methods have the instructions.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Elementary<$scalar> for $vector {
            #[inline(always)]
            unsafe fn sub(self, b: Self) -> Self {
                unsafe { $sub(self, b) }
            }
            #[inline(always)]
            unsafe fn mul(self, b: Self) -> Self {
                unsafe { $mul(self, b) }
            }
            #[inline(always)]
            unsafe fn div(self, b: Self) -> Self {
                unsafe { $div(self, b) }
            }
            #[inline(always)]
            unsafe fn abs(self) -> Self {
                unsafe { $abs(self) }
            }
            #[inline(always)]
            unsafe fn above(self, bound: Self, yes: Self, no: Self) -> Self {
                unsafe { $select($greater(self, bound), yes, no) }
            }
            // The greater one of two zeros is the positive one for the instruction, so that both are compared and chosen.
            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                unsafe { $select($less(self, $splat(0.0)), $splat(0.0), self) }
            }
            #[inline(always)]
            unsafe fn greater(self, b: Self) -> Self {
                unsafe { $select($greater(self, b), self, b) }
            }
            functions!($vector $lanes $scalar $($functions)*);
        }
    };
}

#[cfg(not(feature = "deterministic"))]
elementary! {
    float32x4_t of 4 f32: vdupq_n_f32 vsubq_f32 vmulq_f32 vdivq_f32 vabsq_f32 vcltq_f32 vcgtq_f32 vbslq_f32; by series
}
#[cfg(feature = "deterministic")]
elementary! {
    float32x4_t of 4 f32: vdupq_n_f32 vsubq_f32 vmulq_f32 vdivq_f32 vabsq_f32 vcltq_f32 vcgtq_f32 vbslq_f32; by scalars
}
elementary! {
    float64x2_t of 2 f64: vdupq_n_f64 vsubq_f64 vmulq_f64 vdivq_f64 vabsq_f64 vcltq_f64 vcgtq_f64 vbslq_f64; by scalars
}

// SAFETY (of every block in here): the callers of the methods have the instructions.
#[cfg(not(feature = "deterministic"))]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Lanewise for float32x4_t {
    #[inline(always)]
    unsafe fn all(x: f32) -> Self {
        unsafe { vdupq_n_f32(x) }
    }
    #[inline(always)]
    unsafe fn plus(self, b: Self) -> Self {
        unsafe { vaddq_f32(self, b) }
    }
    #[inline(always)]
    unsafe fn minus(self, b: Self) -> Self {
        unsafe { vsubq_f32(self, b) }
    }
    #[inline(always)]
    unsafe fn times(self, b: Self) -> Self {
        unsafe { vmulq_f32(self, b) }
    }
    #[inline(always)]
    unsafe fn over(self, b: Self) -> Self {
        unsafe { vdivq_f32(self, b) }
    }
    #[inline(always)]
    unsafe fn times_plus(self, b: Self, c: Self) -> Self {
        unsafe { vfmaq_f32(c, self, b) }
    }
    // Of a NaN and a number, these instructions give the NaN.
    #[inline(always)]
    unsafe fn at_least(self, least: f32) -> Self {
        unsafe { vmaxq_f32(self, vdupq_n_f32(least)) }
    }
    #[inline(always)]
    unsafe fn at_most(self, most: f32) -> Self {
        unsafe { vminq_f32(self, vdupq_n_f32(most)) }
    }
    #[inline(always)]
    unsafe fn magnitude(self) -> Self {
        unsafe { vabsq_f32(self) }
    }
    #[inline(always)]
    unsafe fn with_sign_of(self, x: Self) -> Self {
        unsafe { vbslq_f32(vdupq_n_u32(1 << 31), x, self) }
    }
    #[inline(always)]
    unsafe fn below(self, bound: f32, yes: Self, no: Self) -> Self {
        unsafe { vbslq_f32(vcltq_f32(self, vdupq_n_f32(bound)), yes, no) }
    }
    #[inline(always)]
    unsafe fn scaled(self, rounded: Self) -> Self {
        unsafe {
            let k = vsubq_s32(vreinterpretq_s32_f32(rounded), vdupq_n_s32(ROUND.to_bits() as i32));
            let half = vshrq_n_s32::<1>(k);
            let [first, second] = [half, vsubq_s32(k, half)]
                .map(|k| vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(k, vdupq_n_s32(127)))));
            vmulq_f32(vmulq_f32(self, first), second)
        }
    }
    #[inline(always)]
    unsafe fn exponent(self) -> Self {
        unsafe {
            let bits = vsubq_s32(vreinterpretq_s32_f32(self), vdupq_n_s32(FIRST.to_bits() as i32));
            vcvtq_f32_s32(vshrq_n_s32::<23>(bits))
        }
    }
}
