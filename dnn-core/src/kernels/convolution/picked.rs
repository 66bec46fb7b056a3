//! The gradient of the large planes behind a pooling layer by windows of two rows and two columns, by vectors along the samples.
//!
//! large[i][y][x] = sum over o, ph, pw of w[o][i][y + p - 2 ph - a][x + p - 2 pw - b] dy[o][ph][pw], where the largest element
//! of the window is number 2 a + b, if it has one; outside of the kernel w is zero
//!
//! Of the four elements of a window one has a gradient, another one in each lane: so each lane picks its own weight of four by
//! that number, which takes the place of four products. Two rows and two columns of results at even places (the padding counted)
//! see the same windows, and the 16 weights of each lie side by side: `w[2 t + s - a][2 u + c - b]` for s, c, a, b, where the
//! windows begin t and u blocks before. A 5x5 kernel takes 36 products instead of 100. The order of the sum is not that of
//! `naive`, so the feature `deterministic` has no use for it.

use super::planes::Planes;
use super::reach::{transpose_back, vectors};
use super::samples::{MADE, READ, least};
use super::{Shape, Slide};
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// The longest window.
const LONGEST: usize = 13;

/// How much is worked on at a time.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Channels of the large planes, at most.
    channels: usize,
    /// Channels of the small planes.
    rows: usize,
    /// Rows of blocks of results.
    lines: usize,
    /// The first block of results in each dimension, and the first one behind them.
    blocks: [[usize; 2]; 2],
    /// How many windows a block sees in each dimension.
    seen: [usize; 2],
}

impl Part {
    /// Where this is the way to go.
    #[inline(always)]
    pub(super) fn new<V: Vector<T>, T>(shape: &Shape) -> Option<Part> {
        let Shape {
            large: [channels, ..], small: [rows, ..], kernel, slide: Slide { stride, padding, dilation }, ..
        } = *shape;
        // Smaller windows have too few products for what is picked.
        if stride != [1, 1] || dilation != [1, 1] || kernel.iter().any(|len| !(3..=LONGEST).contains(len)) {
            return None;
        }
        let channels = if channels < V::ROWS / 2 { channels } else { V::ROWS / 2 };
        let blocks = [0, 1].map(|dim| [padding[dim] / 2, (padding[dim] + shape.large[1 + dim]).div_ceil(2)]);
        let seen = kernel.map(|len| len / 2 + 1);
        let [above, beside] = blocks.map(|[first, end]| end - first);
        let mut part = Part { channels, rows, lines: above, blocks, seen };
        while part.lines > 1 && channels * part.lines * beside * 4 > MADE {
            part.lines -= 1;
        }
        let fits = |part: &Part| {
            let tables = part.rows * part.tables() * 16 / V::LANES;
            tables + 2 * part.rows * part.windows(shape) <= READ && channels * part.lines * beside * 4 <= MADE
        };
        while part.rows > 1 && !fits(&part) {
            part.rows -= part.rows.div_ceil(8);
        }
        fits(&part).then_some(part)
    }

    /// The tables of one channel of the small planes.
    #[inline(always)]
    fn tables(&self) -> usize {
        self.channels * self.seen[0] * self.seen[1]
    }

    /// The windows of one channel that rows of blocks see, at most.
    #[inline(always)]
    fn windows(&self, shape: &Shape) -> usize {
        let (above, lines) = (shape.small[1] / 2, self.lines + self.seen[0] - 1);
        (if lines < above { lines } else { above }) * (shape.small[2] / 2)
    }
}

impl<T: Scalar> Planes<'_, T> {
    /// The samples from the first one on, in blocks of as many as there are lanes, or as are worth it; how many that were.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; there is room for `READ` and for `MADE` vectors.
    #[inline(always)]
    pub(super) unsafe fn by_windows<V: Vector<T>>(&mut self, part: Part, room: *mut T, sums: *mut T) -> usize {
        let Shape { groups, large: [channels, height, width], small: [rows, above, beside], kernel: [kh, kw], .. } =
            self.shape;
        let Part { blocks: [[first, end], _], seen, .. } = part;
        let ([above, beside], padding) = ([above / 2, beside / 2], self.shape.slide.padding);
        let Some(numbers) = self.pooled.as_deref() else { return 0 };
        // Which group and which first channels of both planes the tables are of.
        let mut made = None;
        let mut sample = 0;
        while self.samples - sample >= least::<V, T>() {
            let left = self.samples - sample;
            let lanes = if left < V::LANES { left } else { V::LANES };
            // From scalar to scalar of a sample, of what is read and what is made.
            let next = self.inner.map(|inner| if inner { lanes } else { 1 });
            for g in 0..groups {
                let mut r = 0;
                while r < channels {
                    let size = tile(part.channels, channels - r);
                    for q in (first..end).step_by(part.lines) {
                        let lines = if end - q < part.lines { end - q } else { part.lines };
                        // The rows of windows that these rows of blocks see.
                        let low = (q + 1).saturating_sub(seen[0]);
                        let low = if low < above { low } else { above };
                        let high = if q + lines < above { q + lines } else { above };
                        let windows = [low, if low < high { high } else { low }];
                        for o in (0..rows).step_by(part.rows) {
                            let count = if rows - o < part.rows { rows - o } else { part.rows };
                            // SAFETY: `pooled` has checked the lengths: the samples, group g and its channels exist in each
                            // of them, and `Part::new` has left room for tables and windows, and for results.
                            unsafe {
                                let (tables, shares) = (room, room.add(part.rows * part.tables() * 16));
                                if made != Some([g, r, o]) {
                                    made = Some([g, r, o]);
                                    let weight = ((g * rows + o) * channels + r) * kh * kw;
                                    V::call(&mut Tables {
                                        to: tables,
                                        weight: self.weight.as_ptr().add(weight),
                                        next: channels * kh * kw,
                                        kernel: [kh, kw],
                                        count: [count, size],
                                        seen,
                                    });
                                }
                                let (row, own) = (groups * rows * above * beside, (g * rows + o) * above * beside);
                                V::call(&mut Shares {
                                    to: shares,
                                    from: self.from.as_ptr().add(sample * row + (own + windows[0] * beside) * next[0]),
                                    row: [row, next[0]],
                                    numbers: numbers.as_ptr().add(sample * row + (own + windows[0] * beside) * lanes),
                                    lanes,
                                    next: above * beside,
                                    count: [count, (windows[1] - windows[0]) * beside],
                                });
                                macro_rules! tiles {
                                    ($($r:literal)*) => {
                                        match size {
                                            $($r if $r <= V::ROWS / 2 => V::call(&mut Sums::<T, $r> {
                                                sums, tables, shares, count, windows, beside, part: &part, q, lines,
                                                begun: o > 0,
                                            }),)*
                                            _ => {}
                                        }
                                    };
                                }
                                tiles!(1 2 3 4 6);
                            }
                        }
                        // SAFETY: as above.
                        unsafe {
                            let (row, own) = (groups * channels * height * width, (g * channels + r) * height * width);
                            V::call(&mut Written {
                                to: self.to.as_mut_ptr().add(sample * row + own * next[1]),
                                row: [row, next[1]],
                                lanes,
                                sums,
                                channels: size,
                                plane: [height, width],
                                padding,
                                part: &part,
                                q,
                                lines,
                            });
                        }
                    }
                    r += size;
                }
            }
            sample += lanes;
        }
        sample
    }
}

/// The most channels of those that there is code for, up to two numbers.
#[inline(always)]
fn tile(a: usize, b: usize) -> usize {
    let least = if a < b { a } else { b };
    if least >= 6 {
        6
    } else if least == 5 {
        4
    } else {
        least
    }
}

/// The weights that lanes pick of, `[count, seen, seen, channels, 16]`.
struct Tables<T> {
    to: *mut T,
    /// Of the first channels.
    weight: *const T,
    /// From channel to channel of the small planes.
    next: usize,
    kernel: [usize; 2],
    /// Channels of the small and of the large planes.
    count: [usize; 2],
    seen: [usize; 2],
}

impl<T: Scalar> Kernel for Tables<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let ([kh, kw], [rows, channels], [tall, broad]) = (self.kernel, self.count, self.seen);
        // A kernel with a row and a column of zeros before it, and zeros behind it.
        let mut padded = [[T::ZERO; LONGEST + 3]; LONGEST + 3];
        let mut to = self.to;
        // SAFETY: as of this function; windows are no longer than `LONGEST`.
        unsafe {
            let padded: *mut T = padded.as_mut_ptr().cast();
            let line = LONGEST + 3;
            for n in 0..rows {
                for i in 0..channels {
                    let weight = self.weight.add(n * self.next + i * kh * kw);
                    for k in 0..kh {
                        for l in 0..kw {
                            *padded.add((k + 1) * line + l + 1) = *weight.add(k * kw + l);
                        }
                    }
                    for t in 0..tall {
                        for u in 0..broad {
                            let to = to.add(((t * broad + u) * channels + i) * 16).cast::<[[T; 4]; 4]>();
                            let from = padded.add(2 * t * line + 2 * u);
                            // The rows before, at and behind place 2 t, from the column before place 2 u on.
                            let [[a, b, c, _], [d, e, f, _], [g, h, i, _]] =
                                [0, 1, 2].map(|row| *from.add(row * line).cast::<[T; 4]>());
                            *to = [[e, d, b, a], [f, e, c, b], [h, g, e, d], [i, h, f, e]];
                        }
                    }
                }
                to = to.add(tall * broad * channels * 16);
            }
        }
    }
}

/// The gradients of windows, zero where there is none, and the places of their largest elements, `[channels, windows, 2]`.
struct Shares<T> {
    to: *mut T,
    /// dy of the first sample.
    from: *const T,
    /// From sample to sample, and from scalar to scalar.
    row: [usize; 2],
    numbers: *const T,
    lanes: usize,
    /// From channel to channel.
    next: usize,
    /// Channels, and windows of each.
    count: [usize; 2],
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
        let [channels, count] = self.count;
        // SAFETY: as of this function.
        unsafe {
            let (zero, none) = (V::splat(T::ZERO), V::splat(-T::ONE));
            for c in 0..channels {
                let to = self.to.add(c * count * 2 * V::LANES);
                vectors::<V, T>(to, 2, self.from.add(c * self.next * self.row[1]), self.row, lanes, count);
                let numbers = self.numbers.add(c * self.next * lanes);
                for n in 0..count {
                    let to = to.add(2 * n * V::LANES);
                    let number = V::load(numbers.add(n * lanes), lanes);
                    number.equal(none, zero, V::load(to, V::LANES)).store(to, V::LANES);
                    number.places().store(to.add(V::LANES), V::LANES);
                }
            }
        }
    }
}

/// The sums of R channels, [R, rows, columns], the samples innermost.
struct Sums<'a, T, const R: usize> {
    sums: *mut T,
    tables: *const T,
    shares: *const T,
    /// Channels of the small planes.
    count: usize,
    /// The first row of windows that there are shares of, and the first one behind them.
    windows: [usize; 2],
    /// Windows in a row.
    beside: usize,
    part: &'a Part,
    /// The first row of blocks.
    q: usize,
    lines: usize,
    /// Whether there are sums already.
    begun: bool,
}

impl<T: Scalar, const R: usize> Kernel for Sums<'_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Part { blocks: [_, [left, right]], seen: [tall, broad], .. } = *self.part;
        let ([low, high], beside) = (self.windows, self.beside);
        let (width, plane) = (2 * (right - left), (high - low) * beside);
        for q in self.q..self.q + self.lines {
            for v in left..right {
                // Windows in front of the first or behind the last one are not seen.
                let [above, below] =
                    [(q + 1).saturating_sub(high), if q + 1 - low < tall { q + 1 - low } else { tall }];
                let [before, behind] = [(v + 1).saturating_sub(beside), if v + 1 < broad { v + 1 } else { broad }];
                // SAFETY: as of this function.
                unsafe {
                    let sums = self.sums.add((2 * (q - self.q) * width + 2 * (v - left)) * V::LANES);
                    let next = 2 * self.lines * width;
                    let mut tile = [[V::splat(T::ZERO); 4]; R];
                    if self.begun {
                        for r in 0..R {
                            for k in 0..4 {
                                let from = sums.add((r * next + k / 2 * width + k % 2) * V::LANES);
                                tile[r][k] = V::load(from, V::LANES);
                            }
                        }
                    }
                    let (mut tables, mut shares) = (self.tables, self.shares);
                    for _ in 0..self.count {
                        for t in above..below {
                            for u in before..behind {
                                let share = shares.add(2 * ((q - t - low) * beside + v - u) * V::LANES);
                                let (share, places) =
                                    (V::load(share, V::LANES), V::load(share.add(V::LANES), V::LANES));
                                let table = tables.add((t * broad + u) * R * 16);
                                for r in 0..R {
                                    for k in 0..4 {
                                        let weight = V::pick(table.add(r * 16), k, places);
                                        tile[r][k] = share.mul_add(weight, tile[r][k]);
                                    }
                                }
                            }
                        }
                        tables = tables.add(tall * broad * R * 16);
                        shares = shares.add(2 * plane * V::LANES);
                    }
                    for r in 0..R {
                        for k in 0..4 {
                            tile[r][k].store(sums.add((r * next + k / 2 * width + k % 2) * V::LANES), V::LANES);
                        }
                    }
                }
            }
        }
    }
}

/// The sums of some channels on their way to the results.
struct Written<'a, T> {
    /// The first channel of the first sample.
    to: *mut T,
    /// From sample to sample, and from scalar to scalar.
    row: [usize; 2],
    lanes: usize,
    sums: *const T,
    channels: usize,
    plane: [usize; 2],
    padding: [usize; 2],
    part: &'a Part,
    /// The first row of blocks.
    q: usize,
    lines: usize,
}

impl<T: Scalar> Kernel for Written<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. A full block needs no question for each row.
        unsafe { if self.lanes == V::LANES { self.rows::<V>(V::LANES) } else { self.rows::<V>(self.lanes) } }
    }
}

impl<T: Scalar> Written<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn rows<V: Vector<T>>(&mut self, lanes: usize) {
        let ([height, width], [above, beside]) = (self.plane, self.padding);
        let [_, [left, right]] = self.part.blocks;
        let len = 2 * (right - left);
        // The rows that lie in the plane, counted from the first row of the sums.
        let begin = above.saturating_sub(2 * self.q);
        let end = above + height - 2 * self.q;
        let end = if end < 2 * self.lines { end } else { 2 * self.lines };
        // SAFETY: as of this function.
        unsafe {
            let [row, next] = self.row;
            for c in 0..self.channels {
                let to = self.to.add((c * height + 2 * self.q + begin - above) * width * next);
                let from = self.sums.add(((2 * c * self.lines + begin) * len + beside % 2) * V::LANES);
                // Whole rows follow each other.
                let (lines, count) = if len == width { (1, (end - begin) * width) } else { (end - begin, width) };
                for y in 0..lines {
                    let (to, from) = (to.add(y * width * next), from.add(y * len * V::LANES));
                    if next > 1 {
                        for i in 0..count {
                            V::load(from.add(i * V::LANES), V::LANES).store(to.add(i * next), lanes);
                        }
                    } else {
                        transpose_back::<V, T>(to, from, row, lanes, count);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::levels;
    use super::*;
    use crate::kernels::level::run_at;

    struct Picks<T> {
        table: [T; 16],
        wrong: usize,
        lanes: usize,
    }

    impl<T: Scalar> Kernel for Picks<T> {
        type Scalar = T;

        unsafe fn run<V: Vector<T>>(&mut self) {
            self.lanes = V::LANES;
            for first in 0..4 {
                let number = |lane: usize| (first + lane * lane + lane / 3) % 4;
                let mut numbers = [T::ZERO; 16];
                for (lane, to) in numbers.iter_mut().enumerate() {
                    *to = T::from_usize(number(lane));
                }
                for k in 0..4 {
                    let mut picked = [T::ZERO; 16];
                    // SAFETY: as of this function; no vector has more than 16 lanes.
                    unsafe {
                        let places = V::load(numbers.as_ptr(), V::LANES).places();
                        V::pick(self.table.as_ptr(), k, places).store(picked.as_mut_ptr(), V::LANES);
                    }
                    let lanes = picked.iter().enumerate().take(V::LANES);
                    self.wrong += lanes.filter(|(lane, picked)| **picked != self.table[4 * k + number(*lane)]).count();
                }
            }
        }
    }

    #[test]
    fn every_lane_picks_its_own_of_four() {
        fn check<T: Scalar>() {
            for level in levels() {
                let table = core::array::from_fn(|at| T::from_usize(at + 1));
                let mut picks = Picks { table, wrong: 0, lanes: 0 };
                // SAFETY: `levels` lists what the machine has.
                unsafe { run_at(level, &mut picks) };
                assert!(picks.lanes > 1);
                assert_eq!(picks.wrong, 0, "{level:?}");
            }
        }
        check::<f32>();
        check::<f64>();
    }
}
