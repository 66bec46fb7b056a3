//! The functions, and the operations of which they are made, on the vectors of AVX2 and AVX-512; the operations also on four
//! lanes, which every processor of this architecture has.

use super::Elementary;
#[cfg(not(feature = "deterministic"))]
use super::lanewise::{FIRST, Lanewise, ROUND};
#[cfg(not(feature = "deterministic"))]
use super::series;
use crate::scalar::Scalar;
use core::arch::x86_64::*;

/// Implements `Elementary` by intrinsics, and its functions by those of `series` or of the scalar.
macro_rules! elementary {
    (
        $vector:ident of $lanes:literal $scalar:ident:
        $sub:ident $mul:ident $div:ident $max:ident $zero:ident $abs:ident $above:ident; $($functions:tt)*
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
                unsafe { $above(self, bound, yes, no) }
            }
            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                unsafe { $max($zero(), self) } // the second operand where one is a NaN
            }
            #[inline(always)]
            unsafe fn greater(self, b: Self) -> Self {
                unsafe { $max(self, b) }
            }
            functions!($vector $lanes $scalar $($functions)*);
        }
    };
}

#[cfg(not(feature = "deterministic"))]
elementary! {
    __m512 of 16 f32:
    _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_max_ps _mm512_setzero_ps _mm512_abs_ps above_16; by series
}
#[cfg(not(feature = "deterministic"))]
elementary! {
    __m256 of 8 f32:
    _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_max_ps _mm256_setzero_ps abs_8 above_8; by series
}
#[cfg(feature = "deterministic")]
elementary! {
    __m512 of 16 f32:
    _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_max_ps _mm512_setzero_ps _mm512_abs_ps above_16; by scalars
}
#[cfg(feature = "deterministic")]
elementary! {
    __m256 of 8 f32:
    _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_max_ps _mm256_setzero_ps abs_8 above_8; by scalars
}
elementary! {
    __m512d of 8 f64:
    _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_max_pd _mm512_setzero_pd _mm512_abs_pd above_8_doubles; by scalars
}
elementary! {
    __m256d of 4 f64:
    _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_max_pd _mm256_setzero_pd abs_4_doubles above_4_doubles; by scalars
}

/// |x|
#[inline(always)]
unsafe fn abs_8(x: __m256) -> __m256 {
    // SAFETY: as of the intrinsics.
    unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), x) }
}
#[inline(always)]
unsafe fn abs_4_doubles(x: __m256d) -> __m256d {
    // SAFETY: as of the intrinsics.
    unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), x) }
}

/// `yes` where x is greater than a bound, else `no`
#[inline(always)]
unsafe fn above_16(x: __m512, bound: __m512, yes: __m512, no: __m512) -> __m512 {
    // SAFETY: as of the intrinsics.
    unsafe { _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, bound), no, yes) }
}
#[inline(always)]
unsafe fn above_8_doubles(x: __m512d, bound: __m512d, yes: __m512d, no: __m512d) -> __m512d {
    // SAFETY: as of the intrinsics.
    unsafe { _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(x, bound), no, yes) }
}
#[inline(always)]
unsafe fn above_8(x: __m256, bound: __m256, yes: __m256, no: __m256) -> __m256 {
    // SAFETY: as of the intrinsics.
    unsafe { _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_GT_OQ>(x, bound)) }
}
#[inline(always)]
unsafe fn above_4_doubles(x: __m256d, bound: __m256d, yes: __m256d, no: __m256d) -> __m256d {
    // SAFETY: as of the intrinsics.
    unsafe { _mm256_blendv_pd(no, yes, _mm256_cmp_pd::<_CMP_GT_OQ>(x, bound)) }
}

/// Implements `Lanewise` by intrinsics.
#[cfg(not(feature = "deterministic"))]
macro_rules! intrinsics {
    (
        $vector:ident: $all:ident $add:ident $sub:ident $mul:ident $div:ident $mul_add:ident $max:ident $min:ident;
        $($name:ident($x:ident $(, $argument:ident: $ty:ty)*) = $value:expr;)*
    ) => {
        // SAFETY (of every block in here): the callers of the methods have the instructions.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Lanewise for $vector {
            #[inline(always)]
            unsafe fn all(x: f32) -> Self {
                unsafe { $all(x) }
            }
            #[inline(always)]
            unsafe fn plus(self, b: Self) -> Self {
                unsafe { $add(self, b) }
            }
            #[inline(always)]
            unsafe fn minus(self, b: Self) -> Self {
                unsafe { $sub(self, b) }
            }
            #[inline(always)]
            unsafe fn times(self, b: Self) -> Self {
                unsafe { $mul(self, b) }
            }
            #[inline(always)]
            unsafe fn over(self, b: Self) -> Self {
                unsafe { $div(self, b) }
            }
            #[inline(always)]
            unsafe fn times_plus(self, b: Self, c: Self) -> Self {
                unsafe { $mul_add(self, b, c) }
            }
            // Of a NaN and a number, these instructions give the second operand.
            #[inline(always)]
            unsafe fn at_least(self, least: f32) -> Self {
                unsafe { $max($all(least), self) }
            }
            #[inline(always)]
            unsafe fn at_most(self, most: f32) -> Self {
                unsafe { $min($all(most), self) }
            }
            $(#[inline(always)]
            unsafe fn $name(self $(, $argument: $ty)*) -> Self {
                let $x = self;
                unsafe { $value }
            })*
        }
    };
}

#[cfg(not(feature = "deterministic"))]
intrinsics! {
    __m128: _mm_set1_ps _mm_add_ps _mm_sub_ps _mm_mul_ps _mm_div_ps times_plus _mm_max_ps _mm_min_ps;
    magnitude(x) = _mm_andnot_ps(_mm_set1_ps(-0.0), x);
    with_sign_of(x, sign: Self) = _mm_or_ps(x, _mm_and_ps(sign, _mm_set1_ps(-0.0)));
    below(x, bound: f32, yes: Self, no: Self) = {
        let mask = _mm_cmplt_ps(x, _mm_set1_ps(bound));
        _mm_or_ps(_mm_and_ps(mask, yes), _mm_andnot_ps(mask, no))
    };
    scaled(x, rounded: Self) = {
        let k = _mm_sub_epi32(_mm_castps_si128(rounded), _mm_set1_epi32(ROUND.to_bits() as i32));
        let half = _mm_srai_epi32::<1>(k);
        let [first, second] = [half, _mm_sub_epi32(k, half)]
            .map(|k| _mm_castsi128_ps(_mm_slli_epi32::<23>(_mm_add_epi32(k, _mm_set1_epi32(127)))));
        _mm_mul_ps(_mm_mul_ps(x, first), second)
    };
    exponent(x) =
        _mm_cvtepi32_ps(_mm_srai_epi32::<23>(_mm_sub_epi32(_mm_castps_si128(x), _mm_set1_epi32(FIRST.to_bits() as i32))));
}

/// a b + c, rounded twice
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn times_plus(a: __m128, b: __m128, c: __m128) -> __m128 {
    // SAFETY: as of the intrinsics.
    unsafe { _mm_add_ps(_mm_mul_ps(a, b), c) }
}

#[cfg(not(feature = "deterministic"))]
intrinsics! {
    __m512: _mm512_set1_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_fmadd_ps _mm512_max_ps
        _mm512_min_ps;
    magnitude(x) = _mm512_abs_ps(x);
    // Where the first operand has a bit, that of the second, else that of the third.
    with_sign_of(x, sign: Self) = _mm512_castsi512_ps(_mm512_ternarylogic_epi32::<0xCA>(
        _mm512_set1_epi32(i32::MIN), _mm512_castps_si512(sign), _mm512_castps_si512(x),
    ));
    below(x, bound: f32, yes: Self, no: Self) =
        _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, _mm512_set1_ps(bound)), no, yes);
    scaled(x, rounded: Self) = _mm512_scalef_ps(x, _mm512_sub_ps(rounded, _mm512_set1_ps(ROUND)));
    exponent(x) = _mm512_cvtepi32_ps(_mm512_srai_epi32::<23>(_mm512_sub_epi32(
        _mm512_castps_si512(x), _mm512_set1_epi32(FIRST.to_bits() as i32),
    )));
}

#[cfg(not(feature = "deterministic"))]
intrinsics! {
    __m256: _mm256_set1_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_fmadd_ps _mm256_max_ps
        _mm256_min_ps;
    magnitude(x) = _mm256_andnot_ps(_mm256_set1_ps(-0.0), x);
    with_sign_of(x, sign: Self) = _mm256_or_ps(x, _mm256_and_ps(sign, _mm256_set1_ps(-0.0)));
    below(x, bound: f32, yes: Self, no: Self) =
        _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_LT_OQ>(x, _mm256_set1_ps(bound)));
    scaled(x, rounded: Self) = {
        let k = _mm256_sub_epi32(_mm256_castps_si256(rounded), _mm256_set1_epi32(ROUND.to_bits() as i32));
        let half = _mm256_srai_epi32::<1>(k);
        let [first, second] = [half, _mm256_sub_epi32(k, half)]
            .map(|k| _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(k, _mm256_set1_epi32(127)))));
        _mm256_mul_ps(_mm256_mul_ps(x, first), second)
    };
    exponent(x) = _mm256_cvtepi32_ps(_mm256_srai_epi32::<23>(_mm256_sub_epi32(
        _mm256_castps_si256(x), _mm256_set1_epi32(FIRST.to_bits() as i32),
    )));
}
