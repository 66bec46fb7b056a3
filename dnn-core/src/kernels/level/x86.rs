//! The vectors of AVX2 and AVX-512.

use super::{Kernel, Vector};
use crate::kernels::{columns, pairs};
use core::arch::x86_64::*;

#[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
#[inline(never)]
fn avx512<K: Kernel, V: Vector<K::Scalar>>(kernel: &mut K) {
    // SAFETY: this function has the features.
    unsafe { kernel.run::<V>() }
}

#[target_feature(enable = "avx2,fma")]
#[inline(never)]
fn avx2<K: Kernel, V: Vector<K::Scalar>>(kernel: &mut K) {
    // SAFETY: this function has the features.
    unsafe { kernel.run::<V>() }
}

/// All bits set in the first half: a window that starts n before the middle begins with n true lanes.
static WINDOW: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// Implements `Vector` by intrinsics. `mask` makes what the masked load and store take.
macro_rules! vector {
    (
        $level:ident: $vector:ident of $scalar:ident, lanes $lanes:literal, samples $samples:literal, rows $rows:literal,
        masks $masks:literal,
        $splat:ident $load:ident $store:ident $add:ident $mul:ident $mul_add:ident $max:ident,
        masked $load_first:path, $store_first:path, |$n:ident| $mask:expr, sums |$of:ident| $sums:expr,
        columns $columns:path, $to_rows:path $(, eight $eight:path)?, pairs $split:ident $merge:ident $larger:ident $equal:ident $most:ident,
        picks |$number:ident| $places:expr, |$table:ident, $k:ident, $place:ident| $pick:expr
        $(, across $across:ident)?
    ) => {
        // SAFETY (of every block in here): the callers of `Vector`'s methods have the instructions and own the lanes.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Vector<$scalar> for $vector {
            const LANES: usize = $lanes;
            const SAMPLES: usize = $samples;
            const ROWS: usize = $rows;
            const MASKS: bool = $masks;
            const PICKS: bool = true;
            #[inline(always)]
            unsafe fn splat(x: $scalar) -> Self {
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $scalar, $n: usize) -> Self {
                unsafe { if $n == $lanes { $load(from) } else { $load_first(from, $mask) } }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $scalar, $n: usize) {
                unsafe { if $n == $lanes { $store(to, self) } else { $store_first(to, $mask, self) } }
            }
            #[inline(always)]
            unsafe fn add(self, b: Self) -> Self {
                unsafe { $add(self, b) }
            }
            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                #[cfg(not(feature = "deterministic"))]
                unsafe {
                    $mul_add(self, b, c)
                }
                #[cfg(feature = "deterministic")]
                unsafe {
                    $add($mul(self, b), c)
                }
            }
            #[cfg(not(feature = "deterministic"))]
            #[inline(always)]
            unsafe fn sums($of: [Self; 4]) -> [$scalar; 4] {
                unsafe { $sums }
            }
            $(
                #[cfg(not(feature = "deterministic"))]
                #[inline(always)]
                unsafe fn across(a: Self, b: Self, first: usize) -> Self {
                    unsafe { $across(a, b, first) }
                }
            )?
            #[inline(always)]
            unsafe fn columns(from: *const $scalar, row: usize, rows: usize) -> [Self; 4] {
                unsafe { $columns(from, row, rows) }
            }
            $(#[inline(always)]
            unsafe fn eight_columns(from: *const $scalar, row: usize, rows: usize) -> [Self; 8] {
                unsafe { $eight(from, row, rows) }
            })?
            #[inline(always)]
            unsafe fn to_rows(columns: [Self; 4], to: *mut $scalar, row: usize, rows: usize) {
                unsafe { $to_rows(columns, to, row, rows) }
            }
            #[inline(always)]
            unsafe fn split(a: Self, b: Self) -> [Self; 2] {
                unsafe { pairs::$split(a, b) }
            }
            #[inline(always)]
            unsafe fn merge(even: Self, odd: Self) -> [Self; 2] {
                unsafe { pairs::$merge(even, odd) }
            }
            #[inline(always)]
            unsafe fn larger(self, than: Self, a: Self, b: Self) -> Self {
                unsafe { pairs::$larger(self, than, a, b) }
            }
            #[inline(always)]
            unsafe fn equal(self, to: Self, a: Self, b: Self) -> Self {
                unsafe { pairs::$equal(self, to, a, b) }
            }
            #[inline(always)]
            unsafe fn at_least(self, least: Self) -> Self {
                // Of numbers that are not ordered, zeros of both signs included, it gives the second one.
                unsafe { $max(least, self) }
            }
            #[inline(always)]
            unsafe fn most(self, b: Self) -> Self {
                unsafe { pairs::$most(self, b) }
            }
            #[cfg(not(feature = "deterministic"))]
            #[inline(always)]
            unsafe fn places(self) -> Self {
                let $number = self;
                unsafe { $places }
            }
            #[cfg(not(feature = "deterministic"))]
            #[inline(always)]
            unsafe fn pick($table: *const $scalar, $k: usize, $place: Self) -> Self {
                unsafe { $pick }
            }
            #[inline(always)]
            unsafe fn call<K: Kernel<Scalar = $scalar>>(kernel: &mut K) {
                unsafe { $level::<K, Self>(kernel) }
            }
        }
    };
}

#[inline(always)]
unsafe fn load_first_ps(from: *const f32, mask: __mmask16) -> __m512 {
    // SAFETY: as of the intrinsic.
    unsafe { _mm512_maskz_loadu_ps(mask, from) }
}
#[inline(always)]
unsafe fn load_first_pd(from: *const f64, mask: __mmask8) -> __m512d {
    // SAFETY: as of the intrinsic.
    unsafe { _mm512_maskz_loadu_pd(mask, from) }
}

/// The upper half added to the lower half.
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn fold_ps(v: __m512) -> __m256 {
    // SAFETY: as of the intrinsics.
    unsafe {
        let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(v)));
        _mm256_add_ps(_mm512_castps512_ps256(v), high)
    }
}
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn fold_pd(v: __m512d) -> __m256d {
    // SAFETY: as of the intrinsics.
    unsafe { _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd::<1>(v)) }
}

/// The sums of lanes, made by pairs of vectors: half the registers are added at each step.
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn sums_ps(of: [__m512; 4]) -> [f32; 4] {
    // SAFETY: as of the intrinsics; a register is its lanes.
    unsafe {
        let a = _mm512_add_ps(_mm512_unpacklo_ps(of[0], of[1]), _mm512_unpackhi_ps(of[0], of[1]));
        let b = _mm512_add_ps(_mm512_unpacklo_ps(of[2], of[3]), _mm512_unpackhi_ps(of[2], of[3]));
        let quarters =
            _mm512_add_ps(_mm512_shuffle_ps::<0b01_00_01_00>(a, b), _mm512_shuffle_ps::<0b11_10_11_10>(a, b));
        let halves = fold_ps(quarters);
        let sums = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps::<1>(halves));
        core::mem::transmute::<__m128, [f32; 4]>(sums)
    }
}

#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn across_ps(a: __m512, b: __m512, first: usize) -> __m512 {
    // SAFETY: as of the intrinsics.
    unsafe {
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        _mm512_permutex2var_ps(a, _mm512_add_epi32(lanes, _mm512_set1_epi32(first as i32)), b)
    }
}

#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn across_pd(a: __m512d, b: __m512d, first: usize) -> __m512d {
    // SAFETY: as of the intrinsics.
    unsafe {
        let lanes = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
        _mm512_permutex2var_pd(a, _mm512_add_epi64(lanes, _mm512_set1_epi64(first as i64)), b)
    }
}

vector! {
    avx512: __m512 of f32, lanes 16, samples 6, rows 12, masks true,
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_mul_ps _mm512_fmadd_ps
    _mm512_max_ps,
    masked load_first_ps, _mm512_mask_storeu_ps, |n| (1u16 << n) - 1,
    sums |of| sums_ps(of),
    columns columns::of_16_singles, columns::to_16_singles, eight columns::eight_of_16_singles,
    pairs split_16 merge_16 larger_16 equal_16 most_16,
    picks |number| _mm512_castsi512_ps(_mm512_cvtps_epi32(number)), |table, k, place| {
        let place = _mm512_add_epi32(_mm512_castps_si512(place), _mm512_set1_epi32(4 * k as i32));
        _mm512_permutexvar_ps(place, _mm512_loadu_ps(table))
    }, across across_ps
}
vector! {
    avx512: __m512d of f64, lanes 8, samples 6, rows 12, masks true,
    _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_mul_pd _mm512_fmadd_pd
    _mm512_max_pd,
    masked load_first_pd, _mm512_mask_storeu_pd, |n| (1u8 << n) - 1,
    sums |of| <__m256d as Vector<f64>>::sums([fold_pd(of[0]), fold_pd(of[1]), fold_pd(of[2]), fold_pd(of[3])]),
    columns columns::of_8_doubles, columns::to_8_doubles,
    pairs split_8_doubles merge_8_doubles larger_8_doubles equal_8_doubles most_8_doubles,
    picks |number| _mm512_castsi512_pd(_mm512_cvtepi32_epi64(_mm512_cvtpd_epi32(number))), |table, k, place| {
        let place = _mm512_add_epi64(_mm512_castpd_si512(place), _mm512_set1_epi64(4 * (k as i64 % 2)));
        _mm512_permutexvar_pd(place, _mm512_loadu_pd(table.add(k / 2 * 8)))
    }, across across_pd
}
vector! {
    avx2: __m256 of f32, lanes 8, samples 3, rows 6, masks false,
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_mul_ps _mm256_fmadd_ps
    _mm256_max_ps,
    masked _mm256_maskload_ps, _mm256_maskstore_ps, |n| _mm256_loadu_si256(WINDOW.as_ptr().add(8 - n).cast()),
    sums |of| {
        let pairs = _mm256_hadd_ps(_mm256_hadd_ps(of[0], of[1]), _mm256_hadd_ps(of[2], of[3]));
        let sums = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps::<1>(pairs));
        core::mem::transmute::<__m128, [f32; 4]>(sums)
    },
    columns columns::of_8_singles, columns::to_8_singles,
    pairs split_8 merge_8 larger_8 equal_8 most_8,
    picks |number| _mm256_castsi256_ps(_mm256_cvtps_epi32(number)), |table, k, place| {
        let place = _mm256_add_epi32(_mm256_castps_si256(place), _mm256_set1_epi32(4 * (k as i32 % 2)));
        _mm256_permutevar8x32_ps(_mm256_loadu_ps(table.add(k / 2 * 8)), place)
    }
}
vector! {
    avx2: __m256d of f64, lanes 4, samples 3, rows 6, masks false,
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_mul_pd _mm256_fmadd_pd
    _mm256_max_pd,
    masked _mm256_maskload_pd, _mm256_maskstore_pd, |n| _mm256_loadu_si256(WINDOW.as_ptr().add(8 - 2 * n).cast()),
    sums |of| {
        let (a, b) = (_mm256_hadd_pd(of[0], of[1]), _mm256_hadd_pd(of[2], of[3]));
        let sums = _mm256_add_pd(_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b));
        core::mem::transmute::<__m256d, [f64; 4]>(sums)
    },
    columns columns::of_4_doubles, columns::to_4_doubles,
    pairs split_4_doubles merge_4_doubles larger_4_doubles equal_4_doubles most_4_doubles,
    picks |number| {
        // The places of both halves of each number.
        let place = _mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(number));
        let halves = _mm256_or_si256(_mm256_slli_epi64::<1>(place), _mm256_slli_epi64::<33>(place));
        _mm256_castsi256_pd(_mm256_or_si256(halves, _mm256_set1_epi64x(1 << 32)))
    }, |table, k, place| {
        let four = _mm256_castpd_ps(_mm256_loadu_pd(table.add(4 * k)));
        _mm256_castps_pd(_mm256_permutevar8x32_ps(four, _mm256_castpd_si256(place)))
    }
}
