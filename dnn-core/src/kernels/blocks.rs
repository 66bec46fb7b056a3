//! Weighted sums of rows for large matrices, in blocks that the caches hold.
//!
//! out[r][i] = sum over k of a[r][k] b[k][i], or added to what is there
//!
//! Rows that are a multiple of 4096 bytes apart share the sets of a cache, and large matrices leave it before they are used
//! again. So a block of a, some rows by `TERMS` terms, is copied to where the second cache holds it, and a panel of b, `TERMS`
//! terms by two vectors, to where the first one does; then all tiles of the block take that panel, and each
//! asks for some of what the next panels are made of. The sum of an element goes on where the block of terms before left it,
//! so that its terms keep their order.
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

/// Panels that are copied at once.
const PANELS: usize = 4;

/// Scalars between the rows of a block, so that these lie in different sets.
const APART: usize = 16;

/// Memory for a block of a and for panels of b, on the stack.
#[repr(C, align(64))]
struct Copies {
    panels: MaybeUninit<[u64; PANELS * 32 * 1024 / 8]>,
    block: MaybeUninit<[u64; 288 * 1024 / 8]>,
}

/// Whether weighted sums of rows are made in blocks.
#[inline(always)]
pub(super) fn sums<T>([rows, terms, columns]: [usize; 3], [row, step, _]: [usize; 3]) -> bool {
    let collide = |distance: usize| (distance * size_of::<T>()).is_multiple_of(4096);
    rows >= 16 && terms >= 16 && columns >= 64 && (collide(columns) || collide(row) || collide(step))
}

/// Whether outputs are made in blocks: where W leaves the second cache before the next samples read it.
#[inline(always)]
pub(super) fn outputs<T>([samples, outputs, inputs]: [usize; 3]) -> bool {
    samples >= 48 && inputs >= 64 && outputs * inputs * size_of::<T>() > 1 << 20
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
    add: bool,
    /// Whether b has columns for rows; then they are `steps[2]` apart.
    turned: bool,
}

impl<'a, T: Scalar> Blocks<'a, T> {
    #[inline(always)]
    pub(super) fn of_sums(rows: Rows<'a, T>) -> Self {
        let Rows { out, a, b, shape, steps, add } = rows;
        Blocks { out: out.as_mut_ptr(), apart: shape[2], a, b, shape, steps, add, turned: false }
    }

    #[inline(always)]
    pub(super) fn of_outputs(dots: &'a mut Dots<'_, T>) -> Self {
        let [samples, outputs, inputs] = dots.shape;
        dots.set_to_bias();
        let (shape, steps) = ([samples, inputs, outputs], [inputs, 1, inputs]);
        let (out, apart, a, b) = (dots.y, dots.row, dots.x, dots.weight);
        Blocks { out, apart, a, b, shape, steps, add: true, turned: true }
    }
}

impl<T: Scalar> Kernel for Blocks<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let mut copies = Copies { panels: MaybeUninit::uninit(), block: MaybeUninit::uninit() };
        let ([rows, terms, columns], [row, step, next]) = (self.shape, self.steps);
        let most = size_of_val(&copies.block) / (size_of::<T>() * (TERMS + APART)) / V::ROWS * V::ROWS;
        let mut k = 0;
        while k < terms {
            let count = if terms - k < TERMS { terms - k } else { TERMS };
            let mut r = 0;
            while r < rows {
                let height = if rows - r < most { rows - r } else { most };
                // SAFETY: as of this function; blocks end with the rows and with the terms.
                unsafe {
                    let mut block = Block {
                        out: self.out.add(r * self.apart),
                        apart: self.apart,
                        columns,
                        a: copies.block.as_mut_ptr().cast(),
                        b: self.b.as_ptr().add(if self.turned { k } else { k * next }),
                        next,
                        turned: self.turned,
                        panel: copies.panels.as_mut_ptr().cast(),
                        height,
                        terms: count,
                        add: self.add || k > 0,
                        down: row == 1,
                        ahead: Ahead::new(self.b.as_ptr(), 0, 0, 0),
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
    columns: usize,
    /// Place for the block of a.
    a: *mut T,
    /// The first term of the first column, the distance from term to term, or from column to column if `turned`.
    b: *const T,
    next: usize,
    turned: bool,
    /// Place for panels of b.
    panel: *mut T,
    height: usize,
    terms: usize,
    add: bool,
    /// Whether the rows of a lie beside each other, so that the copy has tile after tile, term after term; otherwise it has
    /// row after row.
    down: bool,
    /// What of b the next panels are made of.
    ahead: Ahead<T>,
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
                tiles!(V, self.height, r, R => for k in 0..self.terms {
                    let (from, to) = (a.add(r + k * step), self.a.add(r * self.terms + k * R));
                    if R < V::LANES {
                        V::load(from, R).store(to, R);
                    } else {
                        for i in 0..R {
                            *to.add(i) = *from.add(i);
                        }
                    }
                });
            } else {
                for r in 0..self.height {
                    copy::<V, T>(self.a.add(r * (TERMS + APART)), a.add(r * row), self.terms);
                }
            }
        }
    }

    /// All columns of the block: panels beside each other, which are copied at once as long as rows are then read in long
    /// pieces, and what is left vector by vector.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; rows, terms and columns exist.
    #[inline(always)]
    unsafe fn strips<V: Vector<T>>(&mut self) {
        let (panel, mut i) = (self.panel, 0);
        // SAFETY: as of this function; strips end with the columns, and there is room for `PANELS` of them.
        unsafe {
            while i + 2 * V::LANES <= self.columns {
                let fit = (self.columns - i) / (2 * V::LANES);
                let count = if fit < PANELS { fit } else { PANELS };
                self.fill::<V, 2>(i, count, V::LANES);
                self.look_ahead(i + count * 2 * V::LANES, PANELS * 2 * V::LANES);
                for s in 0..count {
                    self.panel = panel.add(s * self.terms * 2 * V::LANES);
                    self.strip::<V, 2>(i + s * 2 * V::LANES, V::LANES);
                }
                self.panel = panel;
                i += count * 2 * V::LANES;
            }
            while i < self.columns {
                let lanes = if self.columns - i < V::LANES { self.columns - i } else { V::LANES };
                self.fill::<V, 1>(i, 1, lanes);
                self.strip::<V, 1>(i, lanes);
                i += lanes;
            }
        }
    }

    /// So many columns from column i on are those of the next panels.
    #[inline(always)]
    fn look_ahead(&mut self, i: usize, count: usize) {
        let left = self.columns - i;
        let count = if left < count { left } else { count };
        let (length, pieces, step) = if self.turned { (self.terms, count, self.next) } else { (count, self.terms, 1) };
        self.ahead = Ahead::new(self.b.wrapping_add(i * step), self.next, length, pieces);
    }

    /// Copies `count` panels of C vectors of `lanes` columns, from column i on.
    ///
    /// # Safety
    /// As of `strips`.
    #[inline(always)]
    unsafe fn fill<V: Vector<T>, const C: usize>(&mut self, i: usize, count: usize, lanes: usize) {
        let vectors = self.terms * C; // of a panel
        // SAFETY: as of this function; there is room for the panels.
        unsafe {
            if self.turned {
                for s in 0..count {
                    for c in 0..C {
                        let (column, to) = (i + (s * C + c) * V::LANES, self.panel.add((s * vectors + c) * V::LANES));
                        let from = self.b.add(column * self.next);
                        transpose::<V, T>(to, C * V::LANES, from, self.next, [lanes, self.terms]);
                    }
                }
            } else {
                for k in 0..self.terms {
                    for s in 0..count {
                        for c in 0..C {
                            let vector = V::load(self.b.add(k * self.next + i + (s * C + c) * V::LANES), lanes);
                            vector.store(self.panel.add((s * vectors + k * C + c) * V::LANES), V::LANES);
                        }
                    }
                }
            }
        }
    }

    /// All tiles of C vectors of `lanes` columns from column i on, whose panel is there.
    ///
    /// # Safety
    /// As of `strips`.
    #[inline(always)]
    unsafe fn strip<V: Vector<T>, const C: usize>(&mut self, i: usize, lanes: usize) {
        // SAFETY: as of this function.
        unsafe {
            let turns = self.height.div_ceil(V::ROWS) * PANELS; // tiles of all panels
            tiles!(V, self.height, r, R => {
                self.ahead.fetch(turns);
                let (out, apart) = (self.out.add(r * self.apart + i), self.apart);
                let (panel, terms, add) = (self.panel, self.terms, self.add);
                if self.down {
                    let a = self.a.add(r * terms);
                    V::call(&mut Tile::<T, R, C, true> { out, apart, a, panel, terms, lanes, add });
                } else {
                    let a = self.a.add(r * (TERMS + APART));
                    V::call(&mut Tile::<T, R, C, false> { out, apart, a, panel, terms, lanes, add });
                }
            });
        }
    }
}

/// R rows of C vectors of `lanes` columns, a function of its own, whose registers LLVM handles well. DOWN says how the block of
/// a lies.
struct Tile<T, const R: usize, const C: usize, const DOWN: bool> {
    out: *mut T,
    apart: usize,
    a: *const T,
    panel: *const T,
    terms: usize,
    lanes: usize,
    add: bool,
}

impl<T: Scalar, const R: usize, const C: usize, const DOWN: bool> Kernel for Tile<T, R, C, DOWN> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Tile { out, apart, a, panel, terms, lanes, add } = *self;
        let [row, step] = if DOWN { [1, R] } else { [TERMS + APART, 1] };
        // SAFETY: as of this function; whoever makes a tile has rows and columns.
        unsafe {
            let sums = match add {
                true => Rows::read::<V, R, C>(out, apart, lanes),
                false => [[V::splat(T::ZERO); C]; R],
            };
            let sums = Rows::terms::<V, R, C>(sums, (a, row, step), (panel, C * V::LANES), terms, V::LANES);
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
