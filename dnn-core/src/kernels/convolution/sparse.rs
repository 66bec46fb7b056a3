//! The gradient of the weight behind a pooling layer by windows of two rows and two columns, by vectors along the samples.
//!
//! dw[o][i][kh][kw] += sum over ph, pw and a, b < 2 of d[o][a][b][ph][pw] large[i][2 ph + a + kh - p][2 pw + b + kw - p],
//! d[o][a][b] = dy[o] where the largest element of the window is number 2 a + b, else 0
//!
//! Of the four elements of a window one has a gradient, another one in each lane. So the columns of the large planes are chosen
//! by lane, b is gone from the sum, and half the products are left: a choice runs beside two of them where masks have registers
//! of their own. (To choose the rows as well takes as long: all that is saved are products that run beside.) The order of the
//! sum is not that of `naive`, so the feature `deterministic` has no use for it.

use super::Shape;
use super::gradient::{Added, Part, Products, ROOM, Source};
use super::reach::vectors;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// Vectors of one large plane that are worked on at a time: with what belongs to them they stay in the first cache.
const NEAR: usize = 448;
/// Channels of the small planes at a time, at most.
const ROWS: usize = 8;
/// Vectors for each window: the gradients of its first and its second row, and one where they are in the second column.
const SHARES: usize = 3;

/// How many elements of a window are taken at a time of so many.
#[inline(always)]
fn taken(left: usize) -> usize {
    match left {
        0..=5 => left,
        6 => 3,
        7 => 4,
        _ => 5,
    }
}

/// How much is worked on at a time, where this is the way to go.
#[inline(always)]
pub(super) fn part(shape: &Shape) -> Option<Part> {
    let Shape { large: [channels, ..], small: [rows, above, beside], kernel: [kh, kw], slide, .. } = *shape;
    // Of smaller windows all that is saved goes into the choice.
    if slide.stride != [1, 1] || slide.dilation != [1, 1] || kh < 3 || kw < 3 || above < 2 || beside < 2 {
        return None;
    }
    let plane = |part: &Part| (part.lines + kh - 1) * padded(shape);
    // The shares of a window are fewer than its positions.
    let fits = |part: &Part| part.before(shape) + part.channels * plane(part) <= ROOM;
    let mut part = Part { channels, rows: if rows < ROWS { rows } else { ROWS }, lines: above / 2 * 2 };
    while part.lines > 2 && plane(&part) > NEAR {
        part.lines -= 2;
    }
    while part.rows > 1 && !fits(&part) {
        part.rows = part.rows.div_ceil(2);
    }
    while part.channels > 1 && !fits(&part) {
        part.channels = part.channels.div_ceil(2);
    }
    fits(&part).then_some(part)
}

/// The length of a row of a copy, with the zeros on both sides: behind it as many as windows meet, which may be more than before.
#[inline(always)]
fn padded(shape: &Shape) -> usize {
    let within = shape.large[2] + 2 * shape.slide.padding[1];
    let reach = shape.small[2] + shape.kernel[1] - 1;
    if reach > within { reach } else { within }
}

impl<T: Scalar> Products<'_, T> {
    /// The sums of all rows of windows, added to the gradient.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    pub(super) unsafe fn windows<V: Vector<T>>(&mut self, copied: &mut usize) {
        let Shape { large: [_, height, _], small: [_, above, beside], kernel: [kh, kw], slide, .. } = *self.shape;
        let Part { channels, rows, lines } = self.part;
        let Some(pooled) = &self.pooled else { return };
        let (count, width, all) = (channels * kh * kw, padded(self.shape), above / 2 * (beside / 2));
        // SAFETY: as of this function.
        unsafe {
            let shares = self.sums.add(rows * count * V::LANES);
            // A full block with its samples innermost is read where it lies, if windows meet nothing around it.
            let bare = slide.padding == [0, 0] && width == self.shape.large[2] && above + kh <= height + 1;
            let lies = self.larges.next == V::LANES && bare;
            for at in (0..above / 2 * 2).step_by(lines) {
                let left = above / 2 * 2 - at;
                let windows = [if left < lines { left / 2 } else { lines / 2 }, beside / 2];
                let reads = 2 * windows[0] + kh - 1;
                let (large, plane) = match lies {
                    true => (self.larges.first.add(at * width * V::LANES), height),
                    false => (self.large.cast_const(), reads),
                };
                if !lies && *copied != at {
                    *copied = at;
                    V::call(&mut Padded {
                        to: self.large,
                        from: self.larges,
                        lanes: self.lanes,
                        shape: self.shape,
                        channels,
                        at,
                        reads,
                    });
                }
                let (first, own) = (at / 2 * (beside / 2), windows[0] * windows[1] * SHARES * V::LANES);
                for n in 0..rows {
                    V::call(&mut Shares {
                        to: shares.add(n * own),
                        from: Source {
                            first: self.smalls.first.add((n * all + first) * self.smalls.next),
                            ..self.smalls
                        },
                        numbers: pooled.numbers.add((n * all + first) * self.lanes),
                        lanes: self.lanes,
                        count: windows[0] * windows[1],
                        dbias: if pooled.dbias.is_null() { pooled.dbias } else { pooled.dbias.add(n) },
                    });
                }
                for c in 0..channels {
                    let mut i = 0;
                    while i < kh {
                        let (r, mut j) = (taken(kh - i), 0);
                        while j < kw {
                            let k = taken(kw - j);
                            let sums = self.sums.add(((c * kh + i) * kw + j) * V::LANES);
                            let large = large.add(((c * plane + i) * width + j) * V::LANES);
                            macro_rules! tiles {
                                ($($r:literal $k:literal),*) => {
                                    match [r, k] {
                                        $([$r, $k] => V::call(&mut Chosen::<T, $r, $k> {
                                            sums, next: count, beside: kw, large, width, shares, rows, windows,
                                            begun: at > 0,
                                        }),)*
                                        _ => {}
                                    }
                                };
                            }
                            tiles!(3 3, 3 4, 3 5, 4 3, 4 4, 4 5, 5 3, 5 4, 5 5);
                            j += k;
                        }
                        i += r;
                    }
                }
            }
            let (dweight, sums, lanes) = (self.dweight, self.sums, self.lanes);
            V::call(&mut Added { dweight, sums, shape: self.shape, rows, count, lanes });
        }
    }
}

/// Rows of the large planes, [channels, reads, columns], with zeros around the planes and the samples innermost.
struct Padded<'a, T> {
    to: *mut T,
    from: Source<T>,
    lanes: usize,
    shape: &'a Shape,
    channels: usize,
    /// The first row, counted from the first row of zeros.
    at: usize,
    reads: usize,
}

impl<T: Scalar> Kernel for Padded<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. A full block needs no question for each row.
        unsafe { if self.lanes == V::LANES { self.rows::<V>(V::LANES) } else { self.rows::<V>(self.lanes) } }
    }
}

impl<T: Scalar> Padded<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn rows<V: Vector<T>>(&mut self, lanes: usize) {
        let Shape { large: [_, height, width], slide, .. } = *self.shape;
        let ([above, beside], len) = (slide.padding, padded(self.shape));
        let Source { first, row, next } = self.from;
        // SAFETY: as of this function.
        unsafe {
            for c in 0..self.channels {
                if len == width && self.at >= above && self.at + self.reads <= above + height {
                    let to = self.to.add(c * self.reads * len * V::LANES);
                    let from = first.add((c * height + self.at - above) * width * next);
                    vectors::<V, T>(to, 1, from, [row, next], lanes, self.reads * width);
                    continue;
                }
                for y in 0..self.reads {
                    let to = self.to.add((c * self.reads + y) * len * V::LANES);
                    let line = (self.at + y).wrapping_sub(above);
                    let inside = line < height;
                    let (left, right) = if inside { (beside, beside + width) } else { (len, len) };
                    for x in (0..left).chain(right..len) {
                        V::splat(T::ZERO).store(to.add(x * V::LANES), V::LANES);
                    }
                    if inside {
                        let from = first.add((c * height + line) * width * next);
                        vectors::<V, T>(to.add(beside * V::LANES), 1, from, [row, next], lanes, width);
                    }
                }
            }
        }
    }
}

/// What the products need of `count` windows, and db += the sum of their gradients.
struct Shares<T> {
    /// [windows, SHARES]
    to: *mut T,
    /// dy
    from: Source<T>,
    numbers: *const T,
    lanes: usize,
    count: usize,
    /// One scalar, or null.
    dbias: *mut T,
}

impl<T: Scalar> Kernel for Shares<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. A full block needs no question for each vector.
        unsafe { if self.lanes == V::LANES { self.windows::<V>(V::LANES) } else { self.windows::<V>(self.lanes) } }
    }
}

impl<T: Scalar> Shares<T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn windows<V: Vector<T>>(&mut self, lanes: usize) {
        // SAFETY: as of this function.
        unsafe {
            let Source { first, row, next } = self.from;
            vectors::<V, T>(self.to, SHARES, first, [row, next], lanes, self.count);
            let (zero, one) = (V::splat(T::ZERO), V::splat(T::ONE));
            let mut total = zero;
            for n in 0..self.count {
                let to = self.to.add(n * SHARES * V::LANES);
                let number = V::load(self.numbers.add(n * lanes), lanes);
                let share = number.equal(V::splat(-T::ONE), zero, V::load(to, V::LANES));
                total = total.add(share);
                number.larger(one, zero, share).store(to, V::LANES);
                number.larger(one, share, zero).store(to.add(V::LANES), V::LANES);
                let second = number.equal(one, one, number.equal(V::splat(T::from_usize(3)), one, zero));
                second.store(to.add(2 * V::LANES), V::LANES);
            }
            if !self.dbias.is_null() {
                if lanes == V::LANES {
                    let [sum, ..] = V::sums([total, zero, zero, zero]);
                    *self.dbias += sum;
                    return;
                }
                let mut samples = [T::ZERO; 16];
                total.store(samples.as_mut_ptr(), V::LANES);
                for sum in samples.iter().take(lanes) {
                    *self.dbias += *sum;
                }
            }
        }
    }
}

/// sums[n][r][k] += the sum over the windows for R rows and K columns of the weight's window, for each of some channels n.
struct Chosen<T, const R: usize, const K: usize> {
    sums: *mut T,
    /// Vectors from channel to channel of the sums.
    next: usize,
    /// Vectors from row to row of the sums.
    beside: usize,
    large: *const T,
    /// The length of its rows.
    width: usize,
    shares: *const T,
    rows: usize,
    windows: [usize; 2],
    /// Whether there are sums already.
    begun: bool,
}

impl<T: Scalar, const R: usize, const K: usize> Kernel for Chosen<T, R, K> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [above, beside] = self.windows;
        for n in 0..self.rows {
            // SAFETY: as of this function.
            unsafe {
                let zero = V::splat(T::ZERO);
                let sums = self.sums.add(n * self.next * V::LANES);
                let mut tile = [[zero; K]; R];
                if self.begun {
                    for r in 0..R {
                        for k in 0..K {
                            tile[r][k] = V::load(sums.add((r * self.beside + k) * V::LANES), V::LANES);
                        }
                    }
                }
                let mut shares = self.shares.add(n * above * beside * SHARES * V::LANES);
                for y in 0..above {
                    let mut large = self.large.add(2 * y * self.width * V::LANES);
                    for _ in 0..beside {
                        let (first, second) = (V::load(shares, V::LANES), V::load(shares.add(V::LANES), V::LANES));
                        let column = V::load(shares.add(2 * V::LANES), V::LANES);
                        for r in 0..R + 1 {
                            let line = large.add(r * self.width * V::LANES);
                            let mut here = V::load(line, V::LANES);
                            for k in 0..K {
                                let next = V::load(line.add((k + 1) * V::LANES), V::LANES);
                                let term = column.equal(zero, here, next);
                                if r < R {
                                    tile[r][k] = first.mul_add(term, tile[r][k]);
                                }
                                if r > 0 {
                                    tile[r - 1][k] = second.mul_add(term, tile[r - 1][k]);
                                }
                                here = next;
                            }
                        }
                        large = large.add(2 * V::LANES);
                        shares = shares.add(SHARES * V::LANES);
                    }
                }
                for r in 0..R {
                    for k in 0..K {
                        tile[r][k].store(sums.add((r * self.beside + k) * V::LANES), V::LANES);
                    }
                }
            }
        }
    }
}
