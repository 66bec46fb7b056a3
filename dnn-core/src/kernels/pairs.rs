//! Pooling by the largest element where a window is two columns wide and moves by two: the next window begins behind it.
//!
//! y[oh][ow] = the largest x[oh KH + kh][2 ow + kw] over kh < KH, kw < 2
//! dx = dy at the first of the largest elements of each window, else 0; the last NaN, if there is one, is the largest
//!
//! Vectors lie along a row: of two of them the even columns make one and the odd columns another, a window in each lane.

use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) use x86::*;

/// The planes, and windows of KH rows and two columns.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    pub(super) count: usize,
    /// H, W
    pub(super) dims: [usize; 2],
    /// OH, OW
    pub(super) windows: [usize; 2],
    /// KH
    pub(super) rows: usize,
}

impl Planes {
    /// Whether so many scalars are x, and so many y, and the windows lie within the planes.
    fn hold(&self, x: usize, y: usize) -> bool {
        let ([h, w], [oh, ow]) = (self.dims, self.windows);
        x == self.count * h * w && y == self.count * oh * ow && oh * self.rows <= h && 2 * ow <= w && self.rows > 0
    }
}

/// y = the largest element of each window
pub struct Largest<'a, T> {
    y: &'a mut [T],
    x: &'a [T],
    planes: Planes,
}

impl<'a, T: Scalar> Largest<'a, T> {
    #[inline(always)]
    pub(super) fn new(y: &'a mut [T], x: &'a [T], planes: Planes) -> Self {
        assert!(planes.hold(x.len(), y.len()), "planes and their windows differ in length");
        Largest { y, x, planes }
    }
}

/// dx = dy at the largest element of each window
pub struct LargestBack<'a, T> {
    dx: &'a mut [T],
    x: &'a [T],
    dy: &'a [T],
    planes: Planes,
}

impl<'a, T: Scalar> LargestBack<'a, T> {
    #[inline(always)]
    pub(super) fn new(dx: &'a mut [T], x: &'a [T], dy: &'a [T], planes: Planes) -> Self {
        assert!(planes.hold(x.len(), dy.len()) && dx.len() == x.len(), "planes and their windows differ in length");
        LargestBack { dx, x, dy, planes }
    }
}

/// Even and odd columns of the first `columns` behind `row`; a vector's worth of each at most.
///
/// # Safety
/// The machine has the instructions of `V`, and the columns exist.
#[inline(always)]
unsafe fn pair<V: Vector<T>, T: Scalar>(row: *const T, columns: usize) -> [V; 2] {
    let first = if columns < V::LANES { columns } else { V::LANES };
    // SAFETY: as of this function; of a vector without scalars nothing is read.
    unsafe { V::split(V::load(row, first), V::load(row.wrapping_add(V::LANES), columns - first)) }
}

/// The largest elements of as many windows as are in `columns`, and their numbers in the order of rows and columns.
///
/// # Safety
/// The machine has the instructions of `V`; there are `rows` rows, `width` apart, with the columns.
#[inline(always)]
unsafe fn largest<V: Vector<T>, T: Scalar>(x: *const T, rows: usize, width: usize, columns: usize) -> [V; 2] {
    // SAFETY: as of this function.
    unsafe {
        let [even, odd] = pair::<V, T>(x, columns);
        let mut number = odd.larger(even, V::splat(T::ONE), V::splat(T::ZERO));
        let mut best = odd.larger(even, odd, even);
        for row in 1..rows {
            let [even, odd] = pair::<V, T>(x.add(row * width), columns);
            let n = T::from_usize(2 * row);
            number = even.larger(best, V::splat(n), number);
            best = even.larger(best, even, best);
            number = odd.larger(best, V::splat(n + T::ONE), number);
            best = odd.larger(best, odd, best);
        }
        [best, number]
    }
}

impl<T: Scalar> Kernel for Largest<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. Most windows have two rows, and a loop over them is none then.
        unsafe {
            match self.planes.rows {
                2 => self.windows::<V>(2),
                rows => self.windows::<V>(rows),
            }
        }
    }
}

impl<T: Scalar> Largest<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and windows have so many rows.
    #[inline(always)]
    unsafe fn windows<V: Vector<T>>(&mut self, rows: usize) {
        let Planes { count, dims: [h, w], windows: [oh, ow], .. } = self.planes;
        for plane in 0..count {
            for row in 0..oh {
                for column in (0..ow).step_by(V::LANES) {
                    let lanes = if ow - column < V::LANES { ow - column } else { V::LANES };
                    // SAFETY: as of this function; `new` has compared the lengths.
                    unsafe {
                        let x = self.x.as_ptr().add((plane * h + row * rows) * w + 2 * column);
                        let [best, _] = largest::<V, T>(x, rows, w, 2 * lanes);
                        best.store(self.y.as_mut_ptr().add((plane * oh + row) * ow + column), lanes);
                    }
                }
            }
        }
    }
}

impl<T: Scalar> Kernel for LargestBack<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. Most windows have two rows, and a loop over them is none then.
        unsafe {
            match self.planes.rows {
                2 => self.windows::<V>(2),
                rows => self.windows::<V>(rows),
            }
        }
    }
}

impl<T: Scalar> LargestBack<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and windows have so many rows.
    #[inline(always)]
    unsafe fn windows<V: Vector<T>>(&mut self, rows: usize) {
        let Planes { count, dims: [h, w], windows: [oh, ow], .. } = self.planes;
        for plane in 0..count {
            for row in 0..oh {
                for column in (0..ow).step_by(V::LANES) {
                    let lanes = if ow - column < V::LANES { ow - column } else { V::LANES };
                    // SAFETY: as of this function; `new` has compared the lengths.
                    unsafe {
                        let at = (plane * h + row * rows) * w + 2 * column;
                        let [_, number] = largest::<V, T>(self.x.as_ptr().add(at), rows, w, 2 * lanes);
                        let share = V::load(self.dy.as_ptr().add((plane * oh + row) * ow + column), lanes);
                        let zero = V::splat(T::ZERO);
                        // A sum, as where windows overlap: a negative zero is none.
                        let share = zero.add(share);
                        let first = if 2 * lanes < V::LANES { 2 * lanes } else { V::LANES };
                        for k in 0..rows {
                            let n = T::from_usize(2 * k);
                            let even = number.equal(V::splat(n), share, zero);
                            let odd = number.equal(V::splat(n + T::ONE), share, zero);
                            let [low, high] = V::merge(even, odd);
                            let to = self.dx.as_mut_ptr().add(at + k * w);
                            low.store(to, first);
                            high.store(to.wrapping_add(V::LANES), 2 * lanes - first);
                        }
                    }
                }
            }
        }
        if 2 * ow < w || oh * rows < h {
            self.unread(rows);
        }
    }

    /// What no window reads gets no gradient.
    #[inline(never)]
    fn unread(&mut self, rows: usize) {
        let Planes { dims: [h, w], windows: [oh, ow], .. } = self.planes;
        for (number, row) in self.dx.chunks_exact_mut(w).enumerate() {
            let read = if number % h < oh * rows { 2 * ow } else { 0 };
            for dx in row.iter_mut().skip(read) {
                *dx = T::ZERO;
            }
        }
    }
}

// SAFETY (of every block in here): the caller has the instructions of the level.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[allow(clippy::undocumented_unsafe_blocks, clippy::missing_safety_doc)]
mod x86 {
    use core::arch::x86_64::*;

    #[inline(always)]
    pub(crate) unsafe fn split_16(a: __m512, b: __m512) -> [__m512; 2] {
        unsafe {
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            [_mm512_permutex2var_ps(a, even, b), _mm512_permutex2var_ps(a, odd, b)]
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn merge_16(even: __m512, odd: __m512) -> [__m512; 2] {
        unsafe {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            [_mm512_permutex2var_ps(even, low, odd), _mm512_permutex2var_ps(even, high, odd)]
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn split_8_doubles(a: __m512d, b: __m512d) -> [__m512d; 2] {
        unsafe {
            let (even, odd) =
                (_mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15));
            [_mm512_permutex2var_pd(a, even, b), _mm512_permutex2var_pd(a, odd, b)]
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn merge_8_doubles(even: __m512d, odd: __m512d) -> [__m512d; 2] {
        unsafe {
            let (low, high) =
                (_mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15));
            [_mm512_permutex2var_pd(even, low, odd), _mm512_permutex2var_pd(even, high, odd)]
        }
    }

    /// Quarters 0, 2, 1, 3.
    #[inline(always)]
    unsafe fn crossed(v: __m256d) -> __m256d {
        unsafe { _mm256_permute4x64_pd::<0b11_01_10_00>(v) }
    }

    #[inline(always)]
    pub(crate) unsafe fn split_8(a: __m256, b: __m256) -> [__m256; 2] {
        unsafe {
            let even = _mm256_castps_pd(_mm256_shuffle_ps::<0b10_00_10_00>(a, b));
            let odd = _mm256_castps_pd(_mm256_shuffle_ps::<0b11_01_11_01>(a, b));
            [_mm256_castpd_ps(crossed(even)), _mm256_castpd_ps(crossed(odd))]
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn merge_8(even: __m256, odd: __m256) -> [__m256; 2] {
        unsafe {
            let (low, high) = (_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd));
            [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)]
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn split_4_doubles(a: __m256d, b: __m256d) -> [__m256d; 2] {
        unsafe { [crossed(_mm256_unpacklo_pd(a, b)), crossed(_mm256_unpackhi_pd(a, b))] }
    }

    #[inline(always)]
    pub(crate) unsafe fn merge_4_doubles(even: __m256d, odd: __m256d) -> [__m256d; 2] {
        unsafe {
            let (low, high) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
            [_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high)]
        }
    }

    /// `(v > than) | (v is NaN)` and `v == to` as masks or vectors of bits, and the choice by them.
    macro_rules! choices {
        (
            $larger:ident, $equal:ident, $most:ident: $vector:ty,
            |$v:ident, $than:ident, $a:ident, $b:ident| $is_larger:expr, $is_equal:expr, $largest:expr
        ) => {
            #[inline(always)]
            pub(crate) unsafe fn $larger($v: $vector, $than: $vector, $a: $vector, $b: $vector) -> $vector {
                unsafe { $is_larger }
            }
            #[inline(always)]
            pub(crate) unsafe fn $equal($v: $vector, $than: $vector, $a: $vector, $b: $vector) -> $vector {
                unsafe { $is_equal }
            }
            /// The larger one of two: an instruction gives the second one where one is NaN, so both ways give that.
            #[inline(always)]
            pub(crate) unsafe fn $most($a: $vector, $b: $vector) -> $vector {
                unsafe { $largest }
            }
        };
    }
    choices!(
        larger_16, equal_16, most_16: __m512, |v, than, a, b| {
            let mask = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(v, than) | _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(v, v);
            _mm512_mask_blend_ps(mask, b, a)
        },
        _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(v, than), b, a),
        {
            let (first, second) = (_mm512_max_ps(a, b), _mm512_max_ps(b, a));
            let both = _mm512_or_si512(_mm512_castps_si512(first), _mm512_castps_si512(second));
            _mm512_castsi512_ps(both)
        }
    );
    choices!(
        larger_8_doubles, equal_8_doubles, most_8_doubles: __m512d, |v, than, a, b| {
            let mask = _mm512_cmp_pd_mask::<_CMP_GT_OQ>(v, than) | _mm512_cmp_pd_mask::<_CMP_UNORD_Q>(v, v);
            _mm512_mask_blend_pd(mask, b, a)
        },
        _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(v, than), b, a),
        {
            let (first, second) = (_mm512_max_pd(a, b), _mm512_max_pd(b, a));
            let both = _mm512_or_si512(_mm512_castpd_si512(first), _mm512_castpd_si512(second));
            _mm512_castsi512_pd(both)
        }
    );
    choices!(
        larger_8, equal_8, most_8: __m256, |v, than, a, b| {
            let mask = _mm256_or_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(v, than), _mm256_cmp_ps::<_CMP_UNORD_Q>(v, v));
            _mm256_blendv_ps(b, a, mask)
        },
        _mm256_blendv_ps(b, a, _mm256_cmp_ps::<_CMP_EQ_OQ>(v, than)),
        _mm256_or_ps(_mm256_max_ps(a, b), _mm256_max_ps(b, a))
    );
    choices!(
        larger_4_doubles, equal_4_doubles, most_4_doubles: __m256d, |v, than, a, b| {
            let mask = _mm256_or_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(v, than), _mm256_cmp_pd::<_CMP_UNORD_Q>(v, v));
            _mm256_blendv_pd(b, a, mask)
        },
        _mm256_blendv_pd(b, a, _mm256_cmp_pd::<_CMP_EQ_OQ>(v, than)),
        _mm256_or_pd(_mm256_max_pd(a, b), _mm256_max_pd(b, a))
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::level::run_at;
    use crate::kernels::tests::levels;
    use crate::random::{Generator, Rng};
    use std::vec::Vec;

    /// Equal values, NaN, infinities and zeros of both signs among others.
    fn values<T: Scalar>(rng: &mut Rng, count: usize) -> Vec<T> {
        let value = |rng: &mut Rng| match rng.below(12) {
            0 => f64::NAN,
            1 => f64::NEG_INFINITY,
            2 => f64::INFINITY,
            3 => -0.0,
            4 => 0.0,
            _ => f64::from(rng.below(5)) - 2.0,
        };
        (0..count).map(|_| T::from_f64(value(rng))).collect()
    }

    /// The place of the largest element of a window, as it is written down.
    fn place<T: Scalar>(x: &[T], planes: Planes, plane: usize, [oh, ow]: [usize; 2]) -> usize {
        let [h, w] = planes.dims;
        let mut best = None;
        for kh in 0..planes.rows {
            for kw in 0..2 {
                let at = (plane * h + oh * planes.rows + kh) * w + 2 * ow + kw;
                let v = x[at].to_f64();
                if best.is_none_or(|best: usize| v > x[best].to_f64() || v.is_nan()) {
                    best = Some(at);
                }
            }
        }
        best.expect("an element")
    }

    fn same<T: Scalar>(a: &[T], b: &[T]) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            let (a, b) = (a.to_f64(), b.to_f64());
            assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(), "{a} and {b}");
        }
    }

    fn check<T: Scalar>(rng: &mut Rng, planes: Planes) {
        let Planes { count, dims: [h, w], windows: [oh, ow], .. } = planes;
        let (x, dy) = (values::<T>(rng, count * h * w), values::<T>(rng, count * oh * ow));
        let (mut y, mut dx) = (Vec::new(), std::vec![T::ZERO; x.len()]);
        for plane in 0..count {
            for (row, column) in (0..oh).flat_map(|row| (0..ow).map(move |column| (row, column))) {
                let at = place(&x, planes, plane, [row, column]);
                dx[at] += dy[y.len()];
                y.push(x[at]);
            }
        }
        for level in levels() {
            let (mut of_y, mut of_dx) = (std::vec![T::ONE; y.len()], std::vec![T::ONE; dx.len()]);
            // SAFETY: `levels` lists what the machine has.
            unsafe {
                run_at(level, &mut Largest::new(&mut of_y, &x, planes));
                run_at(level, &mut LargestBack::new(&mut of_dx, &x, &dy, planes));
            }
            same(&of_y, &y);
            same(&of_dx, &dx);
        }
    }

    #[test]
    fn rows_of_every_length_have_their_largest_elements() {
        let rng = &mut Rng::new(1);
        for ow in 1..if cfg!(miri) { 6 } else { 40 } {
            for (rows, more) in [(1, [0, 0]), (2, [1, 0]), (2, [0, 1]), (3, [2, 3])] {
                let planes = Planes { count: 2, dims: [2 * rows + more[0], 2 * ow + more[1]], windows: [2, ow], rows };
                check::<f32>(rng, planes);
                check::<f64>(rng, planes);
            }
        }
    }
}
