//! Weighted sums of rows for large matrices, in blocks that the caches hold.
//!
//! out[r][i] = sum over k of a[r][k] b[k][i], or added to what is there
//!
//! Rows that are a multiple of 4096 bytes apart share the sets of a cache, and large matrices leave it before they are used
//! again. So a block of a, some rows by `TERMS` terms, is copied to where the second cache holds it, and a panel of b, `TERMS`
//! terms by two vectors, to where the first one does; then all tiles of the block take that panel. While they compute, they ask
//! for what the next panel and the next block are copies of, and for the sums of the next tile: a few lines of memory every
//! `AT_ONCE` terms, since more of them at once would have to wait for each other. The sum of an element goes on where the block
//! of terms before left it, so that its terms keep their order.
//!
//! The outputs y = x Wᵀ + bias are such sums of the rows of Wᵀ, whose panels are transposed.

use crate::kernels::ahead::Ahead;
use crate::kernels::columns::transpose;
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::linear::{Dots, Rows};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Terms of a block, for which two vectors of 512 bits are 32 KB.
const TERMS: usize = 256;

/// Terms that a tile takes at once, before it asks for some more memory.
const AT_ONCE: usize = 32;

/// Scalars between the rows of a block, so that these lie in different sets.
const APART: usize = 16;

/// Memory for a block of a and for a panel of b, on the stack.
#[repr(C, align(64))]
struct Copies {
    panel: MaybeUninit<[u64; 32 * 1024 / 8]>,
    block: MaybeUninit<[u64; 288 * 1024 / 8]>,
}

/// Whether weighted sums of rows are made in blocks.
#[inline(always)]
pub(super) const fn sums<T>([rows, terms, columns]: [usize; 3], [row, step, _]: [usize; 3]) -> bool {
    rows >= 16 && terms >= 16 && columns >= 64 && (collide::<T>(columns) || collide::<T>(row) || collide::<T>(step))
}

/// Whether rows so far apart share the sets of a cache.
const fn collide<T>(distance: usize) -> bool {
    distance.wrapping_mul(size_of::<T>()).is_multiple_of(4096)
}

/// Whether outputs are made in blocks: where W leaves the second cache before the next samples read it.
#[inline(always)]
pub(super) const fn outputs<T>([samples, outputs, inputs]: [usize; 3]) -> bool {
    samples >= 48 && inputs >= 64 && outputs * inputs * size_of::<T>() > 1 << 20
}

/// More samples than there are: what depends on a least number of them.
const ANY: usize = usize::MAX;

/// Whether y = x Wᵀ + b of some number of samples is made in blocks.
pub(super) const fn outputs_of_some<T>(inputs: usize, outputs: usize) -> bool {
    self::outputs::<T>([ANY, outputs, inputs])
}

/// Whether dx = dy W or dW += dyᵀ x of some number of samples is made in blocks.
pub(super) const fn sums_of_some<T>(inputs: usize, outputs: usize) -> bool {
    sums::<T>([ANY, outputs, inputs], [outputs, 1, inputs]) || sums::<T>([outputs, ANY, inputs], [1, outputs, inputs])
}

/// A product that is made in blocks where `sums` or `outputs` say so. Code for blocks is large: layers that are too small for
/// them in any batch do not name this kernel, and a program of such layers is linked without it.
pub(super) struct Large<'k, K>(pub(super) &'k mut K);

impl<T: Scalar> Kernel for Large<'_, Dots<'_, T>> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            if V::ROWS >= 6 && outputs::<T>(self.0.whole) {
                V::call(&mut Blocks::of_outputs(self.0))
            } else {
                V::call(self.0)
            }
        }
    }
}

impl<T: Scalar> Kernel for Large<'_, Rows<'_, T>> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            if V::ROWS >= 6 && sums::<T>(self.0.shape, self.0.steps) {
                V::call(&mut Blocks::of_sums(self.0.local()))
            } else {
                V::call(self.0)
            }
        }
    }
}

/// A product in blocks.
pub(super) struct Blocks<'a, T> {
    out: *mut T,
    /// The distance from row to row of the output.
    apart: usize,
    a: &'a [T],
    b: &'a [T],
    /// R, K, I
    shape: [usize; 3],
    /// As of [`Rows`].
    steps: [usize; 3],
    /// What the sums begin with, and the distance from row to row of that; zero if there is none.
    start: Option<(*const T, usize)>,
    /// Whether b has columns for rows; then they are `steps[2]` apart.
    turned: bool,
}

impl<'a, T: Scalar> Blocks<'a, T> {
    #[inline(always)]
    pub(super) fn of_sums(rows: Rows<'a, T>) -> Self {
        let Rows { out, a, b, shape, steps, add } = rows;
        let (out, apart) = (out.as_mut_ptr(), shape[2]);
        let start = add.then_some((out.cast_const(), apart));
        Blocks { out, apart, a, b, shape, steps, start, turned: false }
    }

    #[inline(always)]
    pub(super) fn of_outputs(dots: &'a mut Dots<'_, T>) -> Self {
        let [samples, outputs, inputs] = dots.shape;
        let (out, apart, a, b) = (dots.y, dots.row, dots.x, dots.weight);
        let start = if dots.bias.len() == outputs {
            Some((dots.bias.as_ptr(), 0))
        } else {
            dots.set_to_bias();
            Some((out.cast_const(), apart))
        };
        let (shape, steps) = ([samples, inputs, outputs], [inputs, 1, inputs]);
        Blocks { out, apart, a, b, shape, steps, start, turned: true }
    }
}

impl<T: Scalar> Blocks<'_, T> {
    /// What the block of a from row r and term k on is a copy of, of `most` rows at most, if there are any terms. It is asked
    /// for during the last quarter of the block before: the second cache does not keep it longer beside all else.
    #[inline(always)]
    fn block<V: Vector<T>>(&self, [r, k]: [usize; 2], most: usize) -> Ahead<T> {
        let ([rows, terms, columns], [row, step, _]) = (self.shape, self.steps);
        let height = if rows - r < most { rows - r } else { most };
        let count = if terms - k < TERMS { terms - k } else { TERMS };
        let at = self.a.as_ptr().wrapping_add(r * row + k * step);
        let ahead = if row == 1 { Ahead::new(at, step, height, count) } else { Ahead::new(at, row, count, height) };
        let times = height.div_ceil(V::ROWS) * (TERMS / AT_ONCE) * (columns / (8 * V::LANES));
        ahead.during(times)
    }
}

impl<T: Scalar> Kernel for Blocks<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let mut copies = Copies { panel: MaybeUninit::uninit(), block: MaybeUninit::uninit() };
        let ([rows, terms, columns], [row, step, next]) = (self.shape, self.steps);
        let most = size_of_val(&copies.block) / (size_of::<T>() * (TERMS + APART)) / V::ROWS * V::ROWS;
        let mut k = 0;
        while k < terms {
            let count = if terms - k < TERMS { terms - k } else { TERMS };
            let mut r = 0;
            while r < rows {
                let height = if rows - r < most { rows - r } else { most };
                // The next block: of the rows behind these, or of the terms behind these.
                let after = if r + height < rows { [r + height, k] } else { [0, k + count] };
                // SAFETY: as of this function; blocks end with the rows and with the terms.
                unsafe {
                    let mut block = Block {
                        out: self.out.add(r * self.apart),
                        apart: self.apart,
                        start: if k > 0 { Some((self.out.cast_const(), self.apart)) } else { self.start }
                            .map(|(start, apart)| (start.add(r * apart), apart)),
                        columns,
                        a: copies.block.as_mut_ptr().cast(),
                        b: self.b.as_ptr().add(if self.turned { k } else { k * next }),
                        next,
                        turned: self.turned,
                        panel: copies.panel.as_mut_ptr().cast(),
                        height,
                        terms: count,
                        down: row == 1,
                        after: self.block::<V>(after, most),
                    };
                    block.copy::<V>(self.a.as_ptr().add(r * row + k * step), [row, step]);
                    block.strips::<V>();
                }
                r += height;
            }
            k += count;
        }
    }
}

/// Some rows of the output and some terms of their sums.
#[derive(Clone, Copy)]
struct Block<T> {
    /// The first element of the first row.
    out: *mut T,
    /// The distance from row to row of the output.
    apart: usize,
    /// What the sums of the first row begin with, as of [`Blocks`].
    start: Option<(*const T, usize)>,
    columns: usize,
    /// Place for the block of a.
    a: *mut T,
    /// The first term of the first column, the distance from term to term, or from column to column if `turned`.
    b: *const T,
    next: usize,
    turned: bool,
    /// Place for a panel of b.
    panel: *mut T,
    height: usize,
    terms: usize,
    /// Whether the rows of a lie beside each other, so that the copy has tile after tile, term after term; otherwise it has
    /// row after row.
    down: bool,
    /// What the block of a behind this one is a copy of.
    after: Ahead<T>,
}

/// Does something for each tile of `$height` rows: `$r` is its first row, `$R` their number.
macro_rules! tiles {
    ($V:ident, $height:expr, $r:ident, $R:ident => $do:expr) => {{
        let mut $r = 0;
        tiles!(@ $V, $height, $r, $R => $do; 12 6 4 2 1);
    }};
    (@ $V:ident, $height:expr, $r:ident, $R:ident => $do:expr; $($rows:literal)*) => {$(
        while $rows <= $V::ROWS && $height - $r >= $rows {
            const $R: usize = $rows;
            $do;
            $r += $rows;
        }
    )*};
}

impl<T: Scalar> Block<T> {
    /// Copies the block of a.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; rows and terms exist.
    #[inline(always)]
    unsafe fn copy<V: Vector<T>>(&mut self, a: *const T, [row, step]: [usize; 2]) {
        // SAFETY: as of this function; the place is large enough for rows of `TERMS + APART` scalars.
        unsafe {
            if self.down {
                for k in 0..self.terms {
                    tiles!(V, self.height, r, R => {
                        let (from, to) = (a.add(r + k * step), self.a.add(r * (TERMS + APART) + k * R));
                        let mut i = 0;
                        while i < R {
                            let lanes = if R - i < V::LANES { R - i } else { V::LANES };
                            // The next term, or nothing, lies where the other lanes go.
                            V::load(from.add(i), lanes).store(to.add(i), V::LANES);
                            i += lanes;
                        }
                    });
                }
            } else {
                for r in 0..self.height {
                    copy::<V, T>(self.a.add(r * (TERMS + APART)), a.add(r * row), self.terms);
                }
            }
        }
    }

    /// All columns of the block, two vectors at a time, and what is left vector by vector.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; rows, terms and columns exist.
    #[inline(always)]
    unsafe fn strips<V: Vector<T>>(&mut self) {
        let mut i = 0;
        // SAFETY: as of this function; strips end with the columns.
        unsafe {
            while i + 2 * V::LANES <= self.columns {
                self.strip::<V, 2>(i, V::LANES);
                i += 2 * V::LANES;
            }
            while i < self.columns {
                let lanes = if self.columns - i < V::LANES { self.columns - i } else { V::LANES };
                self.strip::<V, 1>(i, lanes);
                i += lanes;
            }
        }
    }

    /// Copies the panel of C vectors of `lanes` columns from column i on.
    ///
    /// # Safety
    /// As of `strips`.
    #[inline(always)]
    unsafe fn fill<V: Vector<T>, const C: usize>(&mut self, i: usize, lanes: usize) {
        // SAFETY: as of this function; there is room for the panel.
        unsafe {
            if self.turned {
                for c in 0..C {
                    let (from, to) = (self.b.add((i + c * V::LANES) * self.next), self.panel.add(c * V::LANES));
                    transpose::<V, T>(to, C * V::LANES, from, self.next, [lanes, self.terms]);
                }
            } else {
                for k in 0..self.terms {
                    for c in 0..C {
                        let vector = V::load(self.b.add(k * self.next + i + c * V::LANES), lanes);
                        vector.store(self.panel.add((k * C + c) * V::LANES), V::LANES);
                    }
                }
            }
        }
    }

    /// What the panel of `count` columns from column i on is made of, if there are any columns.
    #[inline(always)]
    fn next_panel(&self, i: usize, count: usize) -> Ahead<T> {
        let left = self.columns - i;
        let count = if left < count { left } else { count };
        let (length, pieces, step) = if self.turned { (self.terms, count, self.next) } else { (count, self.terms, 1) };
        Ahead::new(self.b.wrapping_add(i * step), self.next, length, pieces)
    }

    /// The sums of the tile from row r on of `vectors` vectors from column i on, or of the first tile behind them.
    #[inline(always)]
    fn next_sums<V: Vector<T>>(&self, r: usize, i: usize, vectors: usize) -> Ahead<T> {
        let (r, i) = if r < self.height { (r, i) } else { (0, i + vectors * V::LANES) };
        Ahead::new(self.out.wrapping_add(r * self.apart + i), self.apart, 2 * V::LANES, V::ROWS)
    }

    /// All tiles of C vectors of `lanes` columns from column i on.
    ///
    /// # Safety
    /// As of `strips`.
    #[inline(always)]
    unsafe fn strip<V: Vector<T>, const C: usize>(&mut self, i: usize, lanes: usize) {
        // SAFETY: as of this function.
        unsafe {
            self.fill::<V, C>(i, lanes);
            let times = self.height.div_ceil(V::ROWS) * self.terms.div_ceil(AT_ONCE);
            let panel = self.next_panel(i + (C - 1) * V::LANES + lanes, 2 * V::LANES).during(times);
            let mut ahead = [panel, Ahead::NONE, Ahead::NONE];
            if self.columns - i <= self.columns / 4 {
                ahead[1] = self.after;
            }
            tiles!(V, self.height, r, R => {
                ahead[2] = self.next_sums::<V>(r + R, i, C).during(self.terms.div_ceil(AT_ONCE));
                let (out, apart) = (self.out.add(r * self.apart + i), self.apart);
                let (a, panel, terms) = (self.a.add(r * (TERMS + APART)), self.panel, self.terms);
                let start = self.start.map(|(start, apart)| (start.add(r * apart + i), apart));
                if self.down {
                    let mut tile = Tile::<T, R, C, true> { out, apart, start, a, panel, terms, lanes, ahead };
                    V::call(&mut tile);
                    ahead = tile.ahead;
                } else {
                    let mut tile = Tile::<T, R, C, false> { out, apart, start, a, panel, terms, lanes, ahead };
                    V::call(&mut tile);
                    ahead = tile.ahead;
                }
            });
            if self.columns - i <= self.columns / 4 {
                self.after = ahead[1];
            }
        }
    }
}

/// R rows of C vectors of `lanes` columns, a function of its own, whose registers LLVM handles well. DOWN says how the block of
/// a lies.
struct Tile<T, const R: usize, const C: usize, const DOWN: bool> {
    out: *mut T,
    apart: usize,
    start: Option<(*const T, usize)>,
    a: *const T,
    panel: *const T,
    terms: usize,
    lanes: usize,
    ahead: [Ahead<T>; 3],
}

impl<T: Scalar, const R: usize, const C: usize, const DOWN: bool> Kernel for Tile<T, R, C, DOWN> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Tile { out, apart, start, a, panel, terms, lanes, .. } = *self;
        let [row, step] = if DOWN { [1, R] } else { [TERMS + APART, 1] };
        // SAFETY: as of this function; whoever makes a tile has rows and columns.
        unsafe {
            let mut sums = match start {
                Some((start, apart)) => Rows::read::<V, R, C>(start, apart, lanes),
                None => [[V::splat(T::ZERO); C]; R],
            };
            let mut k = 0;
            while k < terms {
                self.ahead.iter_mut().for_each(Ahead::fetch);
                let count = if terms - k < AT_ONCE { terms - k } else { AT_ONCE };
                let (a, b) = ((a.add(k * step), row, step), (panel.add(k * C * V::LANES), C * V::LANES));
                sums = Rows::terms::<V, R, C>(sums, a, b, count, V::LANES);
                k += count;
            }
            Rows::write(sums, out, apart, lanes);
        }
    }
}

/// Copies `count` scalars: two halves by turns, since the compiler would take a simple loop for a call of `memcpy`, which is slow
/// where places do not begin with a line of the cache.
///
/// # Safety
/// The machine has the instructions of `V`; the scalars and their places exist.
#[inline(always)]
pub(super) unsafe fn copy<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, count: usize) {
    let half = count / (2 * V::LANES) * V::LANES;
    let mut i = 0;
    // SAFETY: as of this function.
    unsafe {
        while i < half {
            let (a, b) = (V::load(from.add(i), V::LANES), V::load(from.add(half + i), V::LANES));
            a.store(to.add(i), V::LANES);
            b.store(to.add(half + i), V::LANES);
            i += V::LANES;
        }
        i += half;
        if i + V::LANES <= count {
            V::load(from.add(i), V::LANES).store(to.add(i), V::LANES);
            i += V::LANES;
        }
        if i < count {
            V::load(from.add(i), count - i).store(to.add(i), count - i);
        }
    }
}
