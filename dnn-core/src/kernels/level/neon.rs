//! The vectors of NEON, which every processor with 64 bits by ARM has: 32 registers of 128 bits, fused multiplication and
//! addition.

use super::{Kernel, Vector};
use crate::kernels::columns;
use core::arch::aarch64::*;

/// Implements `Vector` by intrinsics.
macro_rules! vector {
    (
        $vector:ident of $scalar:ident, lanes $lanes:literal,
        $splat:ident $load:ident $store:ident $add:ident $mul:ident $mul_add:ident $greater:ident $equal:ident
        $select:ident $uzp1:ident $uzp2:ident $zip1:ident $zip2:ident,
        first $load_first:ident $store_first:ident, sums |$of:ident| $sums:expr, columns $columns:ident $to_rows:ident
    ) => {
        // SAFETY (of every block in here): the callers of `Vector`'s methods have the instructions and own the lanes.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Vector<$scalar> for $vector {
            const LANES: usize = $lanes;
            const SAMPLES: usize = 6;
            const ROWS: usize = 12;
            #[inline(always)]
            unsafe fn splat(x: $scalar) -> Self {
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $scalar, lanes: usize) -> Self {
                unsafe { if lanes == $lanes { $load(from) } else { $load_first(from, lanes) } }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $scalar, lanes: usize) {
                unsafe { if lanes == $lanes { $store(to, self) } else { $store_first(self, to, lanes) } }
            }
            #[inline(always)]
            unsafe fn add(self, b: Self) -> Self {
                unsafe { $add(self, b) }
            }
            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                #[cfg(not(feature = "deterministic"))]
                unsafe {
                    $mul_add(c, self, b)
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
            #[inline(always)]
            unsafe fn columns(from: *const $scalar, row: usize, rows: usize) -> [Self; 4] {
                unsafe { $columns(from, row, rows) }
            }
            #[inline(always)]
            unsafe fn to_rows(columns: [Self; 4], to: *mut $scalar, row: usize, rows: usize) {
                unsafe { $to_rows(columns, to, row, rows) }
            }
            #[inline(always)]
            unsafe fn split(a: Self, b: Self) -> [Self; 2] {
                unsafe { [$uzp1(a, b), $uzp2(a, b)] }
            }
            #[inline(always)]
            unsafe fn merge(even: Self, odd: Self) -> [Self; 2] {
                unsafe { [$zip1(even, odd), $zip2(even, odd)] }
            }
            #[inline(always)]
            unsafe fn larger(self, than: Self, a: Self, b: Self) -> Self {
                unsafe { $select($greater(self, than), a, $select($equal(self, self), b, a)) }
            }
            #[inline(always)]
            unsafe fn equal(self, to: Self, a: Self, b: Self) -> Self {
                unsafe { $select($equal(self, to), a, b) }
            }
            #[inline(never)]
            unsafe fn call<K: Kernel<Scalar = $scalar>>(kernel: &mut K) {
                unsafe { kernel.run::<Self>() }
            }
        }
    };
}

/// The first one to three scalars, or none, and zeros.
#[inline(always)]
unsafe fn load_singles(from: *const f32, lanes: usize) -> float32x4_t {
    // SAFETY: the caller owns the lanes.
    unsafe {
        let (zero, last) = (vdup_n_f32(0.0), from.wrapping_add(lanes & 2));
        let pair = if lanes & 2 == 0 { zero } else { vld1_f32(from) };
        let one = if lanes & 1 == 0 { zero } else { vld1_lane_f32::<0>(last, zero) };
        if lanes & 2 == 0 { vcombine_f32(one, zero) } else { vcombine_f32(pair, one) }
    }
}

/// The first one to three scalars, or none.
#[inline(always)]
unsafe fn store_singles(v: float32x4_t, to: *mut f32, lanes: usize) {
    // SAFETY: the caller owns the lanes.
    unsafe {
        match lanes {
            0 => {}
            1 => vst1q_lane_f32::<0>(to, v),
            lanes => {
                vst1_f32(to, vget_low_f32(v));
                if lanes == 3 {
                    vst1q_lane_f32::<2>(to.add(2), v);
                }
            }
        }
    }
}

/// The first scalar, or none, and zeros.
#[inline(always)]
unsafe fn load_double(from: *const f64, lanes: usize) -> float64x2_t {
    // SAFETY: the caller owns the lanes.
    unsafe {
        let zero = vdupq_n_f64(0.0);
        if lanes == 0 { zero } else { vld1q_lane_f64::<0>(from, zero) }
    }
}

/// The first scalar, or none.
#[inline(always)]
unsafe fn store_double(v: float64x2_t, to: *mut f64, lanes: usize) {
    // SAFETY: the caller owns the lanes.
    unsafe {
        if lanes > 0 {
            vst1q_lane_f64::<0>(to, v);
        }
    }
}

/// Rows for columns of four by four, and the way back.
#[inline(always)]
unsafe fn turned([a, b, c, d]: [float32x4_t; 4]) -> [float32x4_t; 4] {
    // SAFETY: as of the intrinsics.
    unsafe {
        let [ab, cd] = [[vtrn1q_f32(a, b), vtrn2q_f32(a, b)], [vtrn1q_f32(c, d), vtrn2q_f32(c, d)]];
        let [ab, cd] = [ab, cd].map(|pair| pair.map(|v| vreinterpretq_f64_f32(v)));
        [vzip1q_f64(ab[0], cd[0]), vzip1q_f64(ab[1], cd[1]), vzip2q_f64(ab[0], cd[0]), vzip2q_f64(ab[1], cd[1])]
            .map(|v| vreinterpretq_f32_f64(v))
    }
}

#[inline(always)]
unsafe fn columns_of_singles(from: *const f32, row: usize, rows: usize) -> [float32x4_t; 4] {
    // SAFETY: as of the trait.
    unsafe { turned([0, 1, 2, 3].map(|r| vld1q_f32(from.add(columns::at(r, rows) * row)))) }
}

#[inline(always)]
unsafe fn singles_to_rows(of: [float32x4_t; 4], to: *mut f32, row: usize, rows: usize) {
    // SAFETY: as of the trait.
    unsafe {
        let of = turned(of);
        for r in 0..4 {
            if r < rows {
                vst1q_f32(to.add(r * row), of[r]);
            }
        }
    }
}

#[inline(always)]
unsafe fn columns_of_doubles(from: *const f64, row: usize, rows: usize) -> [float64x2_t; 4] {
    // SAFETY: as of the trait.
    unsafe {
        let next = from.add(columns::at(1, rows) * row);
        let [[a, b], [c, d]] = [from, next].map(|row| [vld1q_f64(row), vld1q_f64(row.add(2))]);
        [vzip1q_f64(a, c), vzip2q_f64(a, c), vzip1q_f64(b, d), vzip2q_f64(b, d)]
    }
}

#[inline(always)]
unsafe fn doubles_to_rows([a, b, c, d]: [float64x2_t; 4], to: *mut f64, row: usize, rows: usize) {
    // SAFETY: as of the trait.
    unsafe {
        vst1q_f64(to, vzip1q_f64(a, b));
        vst1q_f64(to.add(2), vzip1q_f64(c, d));
        if rows > 1 {
            vst1q_f64(to.add(row), vzip2q_f64(a, b));
            vst1q_f64(to.add(row + 2), vzip2q_f64(c, d));
        }
    }
}

vector! {
    float32x4_t of f32, lanes 4,
    vdupq_n_f32 vld1q_f32 vst1q_f32 vaddq_f32 vmulq_f32 vfmaq_f32 vcgtq_f32 vceqq_f32 vbslq_f32
    vuzp1q_f32 vuzp2q_f32 vzip1q_f32 vzip2q_f32,
    first load_singles store_singles,
    sums |of| {
        let sums = vpaddq_f32(vpaddq_f32(of[0], of[1]), vpaddq_f32(of[2], of[3]));
        core::mem::transmute::<float32x4_t, [f32; 4]>(sums)
    },
    columns columns_of_singles singles_to_rows
}
vector! {
    float64x2_t of f64, lanes 2,
    vdupq_n_f64 vld1q_f64 vst1q_f64 vaddq_f64 vmulq_f64 vfmaq_f64 vcgtq_f64 vceqq_f64 vbslq_f64
    vuzp1q_f64 vuzp2q_f64 vzip1q_f64 vzip2q_f64,
    first load_double store_double,
    sums |of| {
        let sums = [vpaddq_f64(of[0], of[1]), vpaddq_f64(of[2], of[3])];
        core::mem::transmute::<[float64x2_t; 2], [f64; 4]>(sums)
    },
    columns columns_of_doubles doubles_to_rows
}
