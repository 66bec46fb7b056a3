//! Columns of matrices as vectors: the first four scalars of each of some rows, transposed; and the way back.
//!
//! Rows begin at `from` and are `row` apart. Of those that a vector has lanes for, the first `rows` exist, one at least; the
//! last of them stands for the others, so that nothing beyond it is read.

use crate::kernels::level::Vector;
use crate::scalar::Scalar;
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) use x86::*;

/// The row that is read as row r.
#[inline(always)]
pub(super) fn at(r: usize, rows: usize) -> usize {
    if r < rows { r } else { rows - 1 }
}

/// Without instructions of a level.
///
/// # Safety
/// The rows exist, with four scalars each.
#[inline(always)]
pub(super) unsafe fn of_4<T: Copy>(from: *const T, row: usize, rows: usize) -> [[T; 4]; 4] {
    // SAFETY: as of this function; an array is its elements.
    let [a, b, c, d] = [0, 1, 2, 3].map(|r| unsafe { from.add(at(r, rows) * row).cast::<[T; 4]>().read() });
    [[a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]], [a[2], b[2], c[2], d[2]], [a[3], b[3], c[3], d[3]]]
}

/// to[k][r] = from[r][k] for `rows` rows, which become a vector, and `columns` columns; lanes behind the last row hold any
/// numbers.
///
/// # Safety
/// The machine has the instructions of `V`; rows `row` apart and columns exist, at most `V::LANES` rows and one at least, and
/// so do places `next` apart for as many vectors as columns.
#[inline(always)]
pub(super) unsafe fn transpose<V: Vector<T>, T: Scalar>(
    to: *mut T,
    next: usize,
    from: *const T,
    row: usize,
    [rows, columns]: [usize; 2],
) {
    // SAFETY: as of this function.
    unsafe {
        let mut k = 0;
        // Eight of fewer lanes would be more registers than there are.
        while V::LANES == 16 && k + 8 <= columns {
            let vectors = V::eight_columns(from.add(k), row, rows);
            for j in 0..8 {
                vectors[j].store(to.add((k + j) * next), V::LANES);
            }
            k += 8;
        }
        while k < columns && columns >= 4 {
            // The last four may be there a second time.
            let at = if k + 4 <= columns { k } else { columns - 4 };
            let vectors = V::columns(from.add(at), row, rows);
            for j in 0..4 {
                vectors[j].store(to.add((at + j) * next), V::LANES);
            }
            k += 4;
        }
        while k < columns {
            column::<V, T>(from.add(k), row, rows).store(to.add(k * next), V::LANES);
            k += 1;
        }
    }
}

/// The first scalar of each of `rows` rows that are `row` apart.
///
/// # Safety
/// The machine has the instructions of `V`, and the rows exist, at most `V::LANES`.
#[inline(always)]
pub(super) unsafe fn column<V: Vector<T>, T: Scalar>(from: *const T, row: usize, rows: usize) -> V {
    let mut column = [T::ZERO; 16];
    // SAFETY: as of this function; no vector has more than 16 lanes.
    unsafe {
        for r in 0..rows {
            *column.as_mut_ptr().add(r) = *from.add(r * row);
        }
        V::load(column.as_ptr(), V::LANES)
    }
}

/// Four columns to rows, without instructions of a level.
///
/// # Safety
/// As of [`of_4`], and the rows are to be written.
#[inline(always)]
pub(super) unsafe fn to_4<T: Copy>([a, b, c, d]: [[T; 4]; 4], to: *mut T, row: usize, rows: usize) {
    for r in 0..4 {
        if r < rows {
            // SAFETY: as of this function; an array is its elements.
            unsafe { to.add(r * row).cast::<[T; 4]>().write([a[r], b[r], c[r], d[r]]) };
        }
    }
}

// SAFETY (of every block in here): the caller has the instructions of the level, and the rows with four scalars each.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[allow(clippy::undocumented_unsafe_blocks, clippy::missing_safety_doc)]
mod x86 {
    use super::at;
    use core::arch::x86_64::*;

    /// Four scalars of row r; ALL says that no row is missing, which saves registers for the places of sixteen rows.
    #[inline(always)]
    unsafe fn four_singles<const ALL: bool>(from: *const f32, row: usize, rows: usize, r: usize) -> __m128 {
        let r = if ALL { r } else { at(r, rows) };
        unsafe { _mm_loadu_ps(from.add(r * row)) }
    }

    /// Four scalars of row r.
    #[inline(always)]
    unsafe fn four_doubles(from: *const f64, row: usize, rows: usize, r: usize) -> __m256d {
        unsafe { _mm256_loadu_pd(from.add(at(r, rows) * row)) }
    }

    /// Row r in the first quarter of a register, r + 4, r + 8 and r + 12 in the others.
    #[inline(always)]
    unsafe fn quarters<const ALL: bool>(from: *const f32, row: usize, rows: usize, r: usize) -> __m512 {
        unsafe {
            let v = _mm512_castps128_ps512(four_singles::<ALL>(from, row, rows, r));
            let v = _mm512_insertf32x4::<1>(v, four_singles::<ALL>(from, row, rows, r + 4));
            let v = _mm512_insertf32x4::<2>(v, four_singles::<ALL>(from, row, rows, r + 8));
            _mm512_insertf32x4::<3>(v, four_singles::<ALL>(from, row, rows, r + 12))
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn of_16_singles(from: *const f32, row: usize, rows: usize) -> [__m512; 4] {
        unsafe { if rows < 16 { of_16::<false>(from, row, rows) } else { of_16::<true>(from, row, rows) } }
    }

    #[inline(always)]
    unsafe fn of_16<const ALL: bool>(from: *const f32, row: usize, rows: usize) -> [__m512; 4] {
        unsafe {
            let (a, b) = (quarters::<ALL>(from, row, rows, 0), quarters::<ALL>(from, row, rows, 1));
            let (c, d) = (quarters::<ALL>(from, row, rows, 2), quarters::<ALL>(from, row, rows, 3));
            let low = [_mm512_castps_pd(_mm512_unpacklo_ps(a, b)), _mm512_castps_pd(_mm512_unpacklo_ps(c, d))];
            let high = [_mm512_castps_pd(_mm512_unpackhi_ps(a, b)), _mm512_castps_pd(_mm512_unpackhi_ps(c, d))];
            [
                _mm512_castpd_ps(_mm512_unpacklo_pd(low[0], low[1])),
                _mm512_castpd_ps(_mm512_unpackhi_pd(low[0], low[1])),
                _mm512_castpd_ps(_mm512_unpacklo_pd(high[0], high[1])),
                _mm512_castpd_ps(_mm512_unpackhi_pd(high[0], high[1])),
            ]
        }
    }

    /// Eight scalars of row r in the first half of a register, of r + 8 in the second.
    #[inline(always)]
    unsafe fn wide_halves<const ALL: bool>(from: *const f32, row: usize, rows: usize, r: usize) -> __m512 {
        unsafe {
            let (low, high) = if ALL { (r, r + 8) } else { (at(r, rows), at(r + 8, rows)) };
            let low = _mm512_castpd256_pd512(_mm256_loadu_pd(from.add(low * row).cast()));
            _mm512_castpd_ps(_mm512_insertf64x4::<1>(low, _mm256_loadu_pd(from.add(high * row).cast())))
        }
    }

    /// Of rows r to r + 4 and r + 8 to r + 12, the first four columns in even quarters and the next four in odd ones.
    #[inline(always)]
    unsafe fn eight_of_4<const ALL: bool>(from: *const f32, row: usize, rows: usize, r: usize) -> [__m512d; 4] {
        unsafe {
            let (a, b) = (wide_halves::<ALL>(from, row, rows, r), wide_halves::<ALL>(from, row, rows, r + 1));
            let (c, d) = (wide_halves::<ALL>(from, row, rows, r + 2), wide_halves::<ALL>(from, row, rows, r + 3));
            let low = [_mm512_castps_pd(_mm512_unpacklo_ps(a, b)), _mm512_castps_pd(_mm512_unpacklo_ps(c, d))];
            let high = [_mm512_castps_pd(_mm512_unpackhi_ps(a, b)), _mm512_castps_pd(_mm512_unpackhi_ps(c, d))];
            [
                _mm512_unpacklo_pd(low[0], low[1]),
                _mm512_unpackhi_pd(low[0], low[1]),
                _mm512_unpacklo_pd(high[0], high[1]),
                _mm512_unpackhi_pd(high[0], high[1]),
            ]
        }
    }

    /// Half the loads of `of_16` twice.
    #[inline(always)]
    unsafe fn eight_of_16<const ALL: bool>(from: *const f32, row: usize, rows: usize) -> [__m512; 8] {
        unsafe {
            let first = eight_of_4::<ALL>(from, row, rows, 0);
            let second = eight_of_4::<ALL>(from, row, rows, 4);
            let even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
            let odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
            let mut columns = [_mm512_setzero_ps(); 8];
            for k in 0..4 {
                columns[k] = _mm512_castpd_ps(_mm512_permutex2var_pd(first[k], even, second[k]));
                columns[k + 4] = _mm512_castpd_ps(_mm512_permutex2var_pd(first[k], odd, second[k]));
            }
            columns
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn eight_of_16_singles(from: *const f32, row: usize, rows: usize) -> [__m512; 8] {
        unsafe { if rows < 16 { eight_of_16::<false>(from, row, rows) } else { eight_of_16::<true>(from, row, rows) } }
    }

    /// Row r in the first half of a register and r + 4 in the second.
    #[inline(always)]
    unsafe fn halves(from: *const f32, row: usize, rows: usize, r: usize) -> __m256 {
        unsafe {
            let v = _mm256_castps128_ps256(four_singles::<false>(from, row, rows, r));
            _mm256_insertf128_ps::<1>(v, four_singles::<false>(from, row, rows, r + 4))
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn of_8_singles(from: *const f32, row: usize, rows: usize) -> [__m256; 4] {
        unsafe {
            let (a, b) = (halves(from, row, rows, 0), halves(from, row, rows, 1));
            let (c, d) = (halves(from, row, rows, 2), halves(from, row, rows, 3));
            let low = [_mm256_castps_pd(_mm256_unpacklo_ps(a, b)), _mm256_castps_pd(_mm256_unpacklo_ps(c, d))];
            let high = [_mm256_castps_pd(_mm256_unpackhi_ps(a, b)), _mm256_castps_pd(_mm256_unpackhi_ps(c, d))];
            [
                _mm256_castpd_ps(_mm256_unpacklo_pd(low[0], low[1])),
                _mm256_castpd_ps(_mm256_unpackhi_pd(low[0], low[1])),
                _mm256_castpd_ps(_mm256_unpacklo_pd(high[0], high[1])),
                _mm256_castpd_ps(_mm256_unpackhi_pd(high[0], high[1])),
            ]
        }
    }

    /// Row r in the first half of a register and r + 2 in the second.
    #[inline(always)]
    unsafe fn double_halves(from: *const f64, row: usize, rows: usize, r: usize) -> __m512d {
        unsafe {
            let v = _mm512_castpd256_pd512(four_doubles(from, row, rows, r));
            _mm512_insertf64x4::<1>(v, four_doubles(from, row, rows, r + 2))
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn of_8_doubles(from: *const f64, row: usize, rows: usize) -> [__m512d; 4] {
        unsafe {
            let (a, b) = (double_halves(from, row, rows, 0), double_halves(from, row, rows, 1));
            let (c, d) = (double_halves(from, row, rows, 4), double_halves(from, row, rows, 5));
            let (low, high) = (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
            let (low_c, high_c) = (_mm512_unpacklo_pd(c, d), _mm512_unpackhi_pd(c, d));
            [
                _mm512_shuffle_f64x2::<0b10_00_10_00>(low, low_c),
                _mm512_shuffle_f64x2::<0b10_00_10_00>(high, high_c),
                _mm512_shuffle_f64x2::<0b11_01_11_01>(low, low_c),
                _mm512_shuffle_f64x2::<0b11_01_11_01>(high, high_c),
            ]
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn of_4_doubles(from: *const f64, row: usize, rows: usize) -> [__m256d; 4] {
        unsafe {
            let (a, b) = (four_doubles(from, row, rows, 0), four_doubles(from, row, rows, 1));
            let (c, d) = (four_doubles(from, row, rows, 2), four_doubles(from, row, rows, 3));
            let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            let (low_c, high_c) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
            [
                _mm256_permute2f128_pd::<0x20>(low, low_c),
                _mm256_permute2f128_pd::<0x20>(high, high_c),
                _mm256_permute2f128_pd::<0x31>(low, low_c),
                _mm256_permute2f128_pd::<0x31>(high, high_c),
            ]
        }
    }

    /// Row r, if it exists.
    #[inline(always)]
    unsafe fn put_singles(v: __m128, to: *mut f32, row: usize, rows: usize, r: usize) {
        unsafe {
            if r < rows {
                _mm_storeu_ps(to.add(r * row), v);
            }
        }
    }

    /// Row r, if it exists.
    #[inline(always)]
    unsafe fn put_doubles(v: __m256d, to: *mut f64, row: usize, rows: usize, r: usize) {
        unsafe {
            if r < rows {
                _mm256_storeu_pd(to.add(r * row), v);
            }
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn to_16_singles([a, b, c, d]: [__m512; 4], to: *mut f32, row: usize, rows: usize) {
        unsafe {
            let low = [_mm512_castps_pd(_mm512_unpacklo_ps(a, b)), _mm512_castps_pd(_mm512_unpacklo_ps(c, d))];
            let high = [_mm512_castps_pd(_mm512_unpackhi_ps(a, b)), _mm512_castps_pd(_mm512_unpackhi_ps(c, d))];
            // Row r in the first quarter, r + 4, r + 8 and r + 12 in the others.
            let quarters = [
                _mm512_castpd_ps(_mm512_unpacklo_pd(low[0], low[1])),
                _mm512_castpd_ps(_mm512_unpackhi_pd(low[0], low[1])),
                _mm512_castpd_ps(_mm512_unpacklo_pd(high[0], high[1])),
                _mm512_castpd_ps(_mm512_unpackhi_pd(high[0], high[1])),
            ];
            for r in 0..4 {
                put_singles(_mm512_castps512_ps128(quarters[r]), to, row, rows, r);
                put_singles(_mm512_extractf32x4_ps::<1>(quarters[r]), to, row, rows, r + 4);
                put_singles(_mm512_extractf32x4_ps::<2>(quarters[r]), to, row, rows, r + 8);
                put_singles(_mm512_extractf32x4_ps::<3>(quarters[r]), to, row, rows, r + 12);
            }
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn to_8_singles([a, b, c, d]: [__m256; 4], to: *mut f32, row: usize, rows: usize) {
        unsafe {
            let low = [_mm256_castps_pd(_mm256_unpacklo_ps(a, b)), _mm256_castps_pd(_mm256_unpacklo_ps(c, d))];
            let high = [_mm256_castps_pd(_mm256_unpackhi_ps(a, b)), _mm256_castps_pd(_mm256_unpackhi_ps(c, d))];
            let halves = [
                _mm256_castpd_ps(_mm256_unpacklo_pd(low[0], low[1])),
                _mm256_castpd_ps(_mm256_unpackhi_pd(low[0], low[1])),
                _mm256_castpd_ps(_mm256_unpacklo_pd(high[0], high[1])),
                _mm256_castpd_ps(_mm256_unpackhi_pd(high[0], high[1])),
            ];
            for r in 0..4 {
                put_singles(_mm256_castps256_ps128(halves[r]), to, row, rows, r);
                put_singles(_mm256_extractf128_ps::<1>(halves[r]), to, row, rows, r + 4);
            }
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn to_4_doubles([a, b, c, d]: [__m256d; 4], to: *mut f64, row: usize, rows: usize) {
        unsafe {
            let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            let (low_c, high_c) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
            put_doubles(_mm256_permute2f128_pd::<0x20>(low, low_c), to, row, rows, 0);
            put_doubles(_mm256_permute2f128_pd::<0x20>(high, high_c), to, row, rows, 1);
            put_doubles(_mm256_permute2f128_pd::<0x31>(low, low_c), to, row, rows, 2);
            put_doubles(_mm256_permute2f128_pd::<0x31>(high, high_c), to, row, rows, 3);
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn to_8_doubles(columns: [__m512d; 4], to: *mut f64, row: usize, rows: usize) {
        unsafe {
            let (mut low, mut high) = ([_mm256_setzero_pd(); 4], [_mm256_setzero_pd(); 4]);
            for c in 0..4 {
                (low[c], high[c]) = (_mm512_castpd512_pd256(columns[c]), _mm512_extractf64x4_pd::<1>(columns[c]));
            }
            to_4_doubles(low, to, row, rows);
            if rows > 4 {
                to_4_doubles(high, to.add(4 * row), row, rows - 4);
            }
        }
    }
}
