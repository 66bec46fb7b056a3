//! Sums of a block of results by vectors along the channels that are made: tiles of positions of two lines, which stay in registers
//! over all terms.
//!
//! sums[l][p] = bias + sum over channels c, rows i and columns j of the window of w[c][i][j] from[c][line l, row i][position p, column j]
//!
//! Where the second line reads in a row of the window what the first one reads in the next, a number is read once for both of them: with
//! AVX-512 two loads at most begin in a cycle, as do products.

use super::samples::View;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// A block of results of a panel.
pub(super) struct Panel<'a, T> {
    pub(super) view: &'a View<'a>,
    /// The planes of the sample and the group.
    pub(super) from: *const T,
    /// [read channels][KH KW][panel]
    pub(super) weights: *const T,
    /// [panel]
    pub(super) bias: *const T,
    /// For each vector of the panel [rows, columns], its channels innermost.
    pub(super) sums: *mut T,
    /// The first row and column.
    pub(super) at: [usize; 2],
    /// Rows and columns.
    pub(super) size: [usize; 2],
}

/// The sums of a block for a panel of N vectors.
pub(super) struct Sums<'a, 'b, T, const N: usize> {
    pub(super) of: &'a Panel<'b, T>,
}

impl<T: Scalar, const N: usize> Kernel for Sums<'_, '_, T, N> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Panel { view, from, weights, bias, sums, at: [top, left], size: [height, width] } = *self.of;
        let ([channels, beneath, beyond], [kh, kw]) = (view.read, view.shape.kernel);
        let [sy, sx] = [view.advance(0), view.advance(1)].map(|advance| advance.unwrap_or(0));
        let mut y = 0;
        while y < height {
            let (rows, tall) = view.run(0, top + y, top + height);
            let mut x = 0;
            while x < width {
                let (columns, broad) = view.run(1, left + x, left + width);
                // What meets nothing has the bias alone.
                let met = if rows.count == 0 || columns.count == 0 { 0 } else { channels };
                let terms = Terms {
                    bias,
                    channels: [met, beneath * beyond, kh * kw * N * V::LANES],
                    rows: [rows.count as isize, rows.apart * beyond as isize, rows.step * (kw * N * V::LANES) as isize],
                    columns: [columns.count as isize, columns.apart, columns.step * (N * V::LANES) as isize],
                    vector: height * width * V::LANES,
                };
                let place = rows.place * beyond as isize + columns.place;
                let first = (rows.first * kw as isize + columns.first) * (N * V::LANES) as isize;
                let weights = if met > 0 { weights.wrapping_offset(first) } else { weights };
                let from = if met > 0 { from.wrapping_offset(place) } else { from };
                let to = sums.wrapping_add((y * width + x) * V::LANES);
                // Tiles lie along the rows, but for a few columns at an edge: how far lines and positions are from the next
                // one, in what is read and in what is made.
                let (under, beside) = ([sy * beyond, width * V::LANES], [sx, V::LANES]);
                let down = broad < 4 && tall > broad;
                let (lines, length, line, next) =
                    if down { (broad, tall, beside, under) } else { (tall, broad, under, beside) };
                let at = |n: usize, p: usize| {
                    let [read, made] = [0, 1].map(|k| n * line[k] + p * next[k]);
                    (from.wrapping_add(read), to.wrapping_add(made))
                };
                for n in (0..lines).step_by(2) {
                    // Two lines at a time; the last one by itself is two halves, and perhaps a position.
                    let alone = lines - n == 1;
                    let (len, line) =
                        if alone { (length / 2, next.map(|next| next * (length / 2))) } else { (length, line) };
                    let most = V::ROWS / N;
                    // Nearly the same number in each tile.
                    let each = len.div_ceil(len.div_ceil(most).max(1));
                    let mut p = 0;
                    while p < len {
                        let columns = if len - p < each { len - p } else { each };
                        let (from, to) = at(n, p);
                        let tile = Tile::<T, N> { terms: &terms, from, to, weights, line, next };
                        // SAFETY: as of this function.
                        unsafe { tile.pairs::<V>(columns) };
                        p += columns;
                    }
                    if alone && length % 2 == 1 {
                        let (from, to) = at(n, length - 1);
                        let tile = Tile::<T, N> { terms: &terms, from, to, weights, line, next };
                        // SAFETY: as of this function.
                        unsafe { V::call(&mut Positions::<T, N, 1, 1, true> { of: &tile }) };
                    }
                }
                x += broad;
            }
            y += tall;
        }
    }
}

/// The elements of the window that positions meet, as counts and distances.
struct Terms<T> {
    /// [panel]
    bias: *const T,
    /// How many, from one to the next in the planes and in the weights.
    channels: [usize; 3],
    rows: [isize; 3],
    columns: [isize; 3],
    /// From the results of a vector of the panel to those of the next one.
    vector: usize,
}

/// Positions that meet the same elements.
struct Tile<'a, T, const N: usize> {
    terms: &'a Terms<T>,
    /// What the first position reads of the first element.
    from: *const T,
    /// Its results.
    to: *mut T,
    /// Weights of the first element.
    weights: *const T,
    /// From line to line in what is read, and in the results.
    line: [usize; 2],
    /// From position to position.
    next: [usize; 2],
}

impl<T: Scalar, const N: usize> Tile<'_, T, N> {
    /// So many positions of two lines.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and the positions exist.
    #[inline(always)]
    unsafe fn pairs<V: Vector<T>>(&self, columns: usize) {
        let &Terms { rows: [count, below, _], columns: [more, ..], .. } = self.terms;
        // The first and the last row of the window have as many loads as before: fewer rows than four gain nothing.
        let beneath = self.line[0] as isize == below && self.next[0] == 1 && count > 3 && more > 3;
        macro_rules! tiles {
            ($($columns:literal)*) => {
                match columns {
                    $($columns if N * $columns <= V::ROWS => {
                        if V::ROWS >= 12 && beneath {
                            V::call(&mut Beneath::<T, N, $columns> { of: self });
                        } else if self.next[0] == 1 {
                            V::call(&mut Positions::<T, N, 2, $columns, true> { of: self });
                        } else {
                            V::call(&mut Positions::<T, N, 2, $columns, false> { of: self });
                        }
                    })*
                    _ => {}
                }
            };
        }
        // SAFETY: as of this function.
        unsafe { tiles!(1 2 3 4 5 6 7 8 9 10 11 12) }
    }
}

/// C positions of L lines; UNIT says that they read what lies side by side: a function of its own, whose registers LLVM
/// handles well.
struct Positions<'a, 'b, T, const N: usize, const L: usize, const C: usize, const UNIT: bool> {
    of: &'a Tile<'b, T, N>,
}

impl<T: Scalar, const N: usize, const L: usize, const C: usize, const UNIT: bool> Kernel
    for Positions<'_, '_, T, N, L, C, UNIT>
{
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Tile { terms: &Terms { bias, channels, rows, columns, vector }, from, to, weights, line, next } = *self.of;
        let apart = if UNIT { 1 } else { next[0] };
        // SAFETY: as of this function.
        unsafe {
            let mut sums = [[[V::splat(T::ZERO); N]; C]; L];
            for n in 0..N {
                let start = V::load(bias.add(n * V::LANES), V::LANES);
                for l in 0..L {
                    for c in 0..C {
                        sums[l][c][n] = start;
                    }
                }
            }
            let (mut plane, mut window) = (from, weights);
            for _ in 0..channels[0] {
                let (mut row, mut factors) = (plane, window);
                for _ in 0..rows[0] {
                    let (mut read, mut factor) = (row, factors);
                    for _ in 0..columns[0] {
                        let terms = vectors::<V, T, N>(factor);
                        for c in 0..C {
                            for l in 0..L {
                                let value = V::splat(*read.add(l * line[0] + c * apart));
                                for n in 0..N {
                                    sums[l][c][n] = value.mul_add(terms[n], sums[l][c][n]);
                                }
                            }
                        }
                        read = read.wrapping_offset(columns[1]);
                        factor = factor.wrapping_offset(columns[2]);
                    }
                    row = row.wrapping_offset(rows[1]);
                    factors = factors.wrapping_offset(rows[2]);
                }
                plane = plane.wrapping_add(channels[1]);
                window = window.wrapping_add(channels[2]);
            }
            for l in 0..L {
                for c in 0..C {
                    for n in 0..N {
                        sums[l][c][n].store(to.add(l * line[1] + c * next[1] + n * vector), V::LANES);
                    }
                }
            }
        }
    }
}

/// C positions, side by side, of two lines, of which the second reads in a row of the window what the first reads in the next: two
/// rows of weights at a time.
struct Beneath<'a, 'b, T, const N: usize, const C: usize> {
    of: &'a Tile<'b, T, N>,
}

impl<T: Scalar, const N: usize, const C: usize> Kernel for Beneath<'_, '_, T, N, C> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Tile { terms: &Terms { bias, channels, rows, columns, vector }, from, to, weights, line, next } = *self.of;
        // SAFETY: as of this function.
        unsafe {
            let mut sums = [[[V::splat(T::ZERO); N]; C]; 2];
            for n in 0..N {
                let start = V::load(bias.add(n * V::LANES), V::LANES);
                for l in 0..2 {
                    for c in 0..C {
                        sums[l][c][n] = start;
                    }
                }
            }
            let (mut plane, mut window) = (from, weights);
            for _ in 0..channels[0] {
                let (mut row, mut factors) = (plane, window);
                // What the first line alone reads.
                let (mut read, mut factor) = (row, factors);
                for _ in 0..columns[0] {
                    let terms = vectors::<V, T, N>(factor);
                    for c in 0..C {
                        let value = V::splat(*read.add(c));
                        for n in 0..N {
                            sums[0][c][n] = value.mul_add(terms[n], sums[0][c][n]);
                        }
                    }
                    read = read.wrapping_offset(columns[1]);
                    factor = factor.wrapping_offset(columns[2]);
                }
                for _ in 1..rows[0] {
                    row = row.wrapping_offset(rows[1]);
                    let (mut read, mut above) = (row, factors);
                    factors = factors.wrapping_offset(rows[2]);
                    let mut factor = factors;
                    for _ in 0..columns[0] {
                        let terms = [vectors::<V, T, N>(factor), vectors::<V, T, N>(above)];
                        for c in 0..C {
                            let value = V::splat(*read.add(c));
                            for l in 0..2 {
                                for n in 0..N {
                                    sums[l][c][n] = value.mul_add(terms[l][n], sums[l][c][n]);
                                }
                            }
                        }
                        read = read.wrapping_offset(columns[1]);
                        factor = factor.wrapping_offset(columns[2]);
                        above = above.wrapping_offset(columns[2]);
                    }
                }
                // And what the second line alone reads.
                let (mut read, mut factor) = (row.wrapping_offset(rows[1]), factors);
                for _ in 0..columns[0] {
                    let terms = vectors::<V, T, N>(factor);
                    for c in 0..C {
                        let value = V::splat(*read.add(c));
                        for n in 0..N {
                            sums[1][c][n] = value.mul_add(terms[n], sums[1][c][n]);
                        }
                    }
                    read = read.wrapping_offset(columns[1]);
                    factor = factor.wrapping_offset(columns[2]);
                }
                plane = plane.wrapping_add(channels[1]);
                window = window.wrapping_add(channels[2]);
            }
            for l in 0..2 {
                for c in 0..C {
                    for n in 0..N {
                        sums[l][c][n].store(to.add(l * line[1] + c * next[1] + n * vector), V::LANES);
                    }
                }
            }
        }
    }
}

/// N vectors, one behind the other.
///
/// # Safety
/// The machine has the instructions of `V`, and the vectors exist.
#[inline(always)]
unsafe fn vectors<V: Vector<T>, T: Scalar, const N: usize>(from: *const T) -> [V; N] {
    // SAFETY: as of this function.
    unsafe {
        let mut vectors = [V::splat(T::ZERO); N];
        for n in 0..N {
            vectors[n] = V::load(from.add(n * V::LANES), V::LANES);
        }
        vectors
    }
}
