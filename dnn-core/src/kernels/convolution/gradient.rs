//! The gradient of the weight by vectors along the samples, a block of LANES samples at a time.
//!
//! Each sample has a lane for its sum, which takes the positions in the order of `naive`. At the end of a block the sums of
//! the samples are added to the gradient: one after the other with the feature `deterministic`, which gives the bits of
//! `naive`.

use super::Shape;
use super::planes::Weights;
use super::samples::{Copy, MADE, least};
#[cfg(not(feature = "deterministic"))]
use super::sparse;
use super::windows::{Spread, Sum};
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Vectors of a copied block of both planes, and of its sums.
pub(super) const ROOM: usize = 2688;
/// Channels of the small planes at a time, at most.
const ROWS: usize = 8;

/// How much is worked on at a time.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Channels of the large planes.
    pub(super) channels: usize,
    /// Channels of the small planes.
    pub(super) rows: usize,
    /// Rows of positions.
    pub(super) lines: usize,
}

/// The rows of the large planes that the windows in rows `at` to `at + lines` of positions read: the first one, and how many.
#[inline(always)]
fn span(shape: &Shape, at: usize, lines: usize) -> [usize; 2] {
    let (stride, padding) = (shape.slide.stride[0], shape.slide.padding[0]);
    let reach = (shape.kernel[0] - 1) * shape.slide.dilation[0] + 1;
    let low = (at * stride).saturating_sub(padding);
    let high = ((at + lines - 1) * stride + reach).saturating_sub(padding);
    let high = if high < shape.large[1] { high } else { shape.large[1] };
    let low = if low < high { low } else { high };
    [low, high - low]
}

/// The most rows of those that there is code for, up to two numbers.
#[inline(always)]
fn most(a: usize, b: usize) -> usize {
    let least = if a < b { a } else { b };
    if least >= ROWS {
        ROWS
    } else if least > 4 {
        4
    } else {
        least
    }
}

impl Part {
    #[inline(always)]
    fn new(shape: &Shape, registers: usize) -> Option<Part> {
        let Shape { large: [channels, height, width], small: [rows, above, _], kernel: [kh, kw], slide, .. } = *shape;
        let taps = if kw > 5 { 5 } else { kw };
        // As many rows as fill the registers, and without a remainder if that can be.
        let (mut most, mut whole) = (1, 1);
        for n in [2, 3, 4, ROWS] {
            if n * taps <= registers && n <= rows {
                most = n;
                whole = if rows.is_multiple_of(n) { n } else { whole };
            }
        }
        let mut part = Part { channels, rows: if 2 * whole > most { whole } else { most }, lines: above };
        let fits = |part: &Part| {
            let reads = (part.lines - 1) * slide.stride[0] + (kh - 1) * slide.dilation[0] + 1;
            let reads = if reads < height { reads } else { height };
            part.before(shape) + part.channels * reads * width <= ROOM
        };
        while part.lines > 4 && !fits(&part) {
            part.lines -= part.lines.div_ceil(8);
        }
        while part.channels > 1 && !fits(&part) {
            part.channels = part.channels.div_ceil(2);
        }
        while part.lines > 1 && !fits(&part) {
            part.lines -= 1;
        }
        fits(&part).then_some(part)
    }

    /// Vectors of sums, and of what belongs to positions of the small planes: they lie before the large ones, which stay where they
    /// are while the rows change.
    #[inline(always)]
    pub(super) fn before(&self, shape: &Shape) -> usize {
        self.rows * (self.channels * shape.kernel[0] * shape.kernel[1] + self.lines * shape.small[2])
    }
}

impl<T: Scalar> Weights<'_, T> {
    /// The samples from the first one on, in blocks of as many as there are lanes, or as are worth it; how many that were.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn by_samples<V: Vector<T>>(&mut self) -> usize {
        let Shape { groups, large: [all, height, width], small: [rows, above, beside], kernel: [kh, kw], .. } =
            self.shape;
        if self.samples < least::<V, T>() {
            return 0;
        }
        #[cfg(feature = "deterministic")]
        let sparse = None::<Part>;
        #[cfg(not(feature = "deterministic"))]
        let sparse = if V::MASKS && self.pooled.is_some() { sparse::part(&self.shape) } else { None };
        let Some(part) = sparse.or_else(|| Part::new(&self.shape, 2 * V::ROWS)) else { return 0 };
        let mut room = MaybeUninit::<[V; ROOM]>::uninit();
        let begin = part.before(&self.shape);
        let mut biases = MaybeUninit::<[[V; 9]; ROWS]>::uninit();
        let mut gradients = MaybeUninit::<[V; MADE]>::uninit();
        let (halves, own_rows) = ([above / 2, beside / 2], self.rows);
        let mut sample = 0;
        while self.samples - sample >= least::<V, T>() {
            let left = self.samples - sample;
            let lanes = if left < V::LANES { left } else { V::LANES };
            // From scalar to scalar of a sample, of large and small planes.
            let next = self.inner.map(|inner| if inner { lanes } else { 1 });
            for g in 0..groups {
                for c in (0..all).step_by(part.channels) {
                    let channels = if all - c < part.channels { all - c } else { part.channels };
                    // Rows of positions whose large planes are copied.
                    let mut copied = usize::MAX;
                    let [mut r, last] = own_rows.map(|row| row.saturating_sub(g * rows));
                    let last = if last < rows { last } else { rows };
                    while r < last {
                        // SAFETY: `new` has checked the lengths: the samples, group g and its channels exist in each of
                        // them, and `Part::new` has left room for what is copied.
                        unsafe {
                            let here = Part { channels, rows: most(part.rows, last - r), ..part };
                            let (row, own) = (groups * all * height * width, (g * all + c) * height * width);
                            let larges = Source {
                                first: self.large.as_ptr().add(sample * row + own * next[0]),
                                row,
                                next: next[0],
                            };
                            let plane = if self.pooled.is_some() { halves[0] * halves[1] } else { above * beside };
                            let (row, own) = (groups * rows * plane, (g * rows + r) * plane);
                            let smalls = Source {
                                first: self.small.as_ptr().add(sample * row + own * next[1]),
                                row,
                                next: next[1],
                            };
                            let pooled = match self.pooled {
                                Some(numbers) => Some(Pooled {
                                    numbers: numbers.as_ptr().add(sample * row + own * lanes),
                                    halves,
                                    room: gradients.as_mut_ptr().cast(),
                                    sums: biases.as_mut_ptr().cast(),
                                    dbias: match self.dbias.get_mut(g * rows + r - own_rows[0]..) {
                                        Some(dbias) if c == 0 && !dbias.is_empty() => dbias.as_mut_ptr(),
                                        _ => core::ptr::null_mut(),
                                    },
                                }),
                                None => None,
                            };
                            let row = g * rows + r - own_rows[0];
                            let dweight = self.dweight.as_mut_ptr().add((row * all + c) * kh * kw);
                            let mut products = Products {
                                dweight,
                                larges,
                                smalls,
                                pooled,
                                shape: &self.shape,
                                part: here,
                                lanes,
                                sums: room.as_mut_ptr().cast(),
                                large: room.as_mut_ptr().cast::<T>().add(begin * V::LANES),
                            };
                            match sparse {
                                #[cfg(not(feature = "deterministic"))]
                                Some(_) => products.windows::<V>(&mut copied),
                                _ => products.lines::<V>(&mut copied),
                            }
                            r += here.rows;
                        }
                    }
                }
            }
            sample += lanes;
        }
        sample
    }
}

/// Where the gradient of the small planes comes from behind a rectifier and a pooling layer.
pub(super) struct Pooled<T> {
    /// The numbers of the largest elements of the first channel.
    pub(super) numbers: *const T,
    /// The rows and columns of windows.
    halves: [usize; 2],
    /// Room for gradients of windows.
    room: *mut T,
    /// Nine sums for each channel.
    pub(super) sums: *mut T,
    /// The gradient of the bias of the first channel, or null where it is not made.
    pub(super) dbias: *mut T,
}

/// Planes of a block of samples.
#[derive(Clone, Copy)]
pub(super) struct Source<T> {
    /// The first channel of the first sample.
    pub(super) first: *const T,
    /// From sample to sample.
    pub(super) row: usize,
    /// From scalar to scalar: one, or the number of samples, which are innermost then.
    pub(super) next: usize,
}

/// Some channels of both planes, of a block of samples.
pub(super) struct Products<'a, T> {
    pub(super) dweight: *mut T,
    pub(super) larges: Source<T>,
    pub(super) smalls: Source<T>,
    pub(super) pooled: Option<Pooled<T>>,
    pub(super) shape: &'a Shape,
    pub(super) part: Part,
    pub(super) lanes: usize,
    pub(super) sums: *mut T,
    /// Room for the copies of the large planes.
    pub(super) large: *mut T,
}

impl<T: Scalar> Products<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn lines<V: Vector<T>>(&mut self, copied: &mut usize) {
        let Shape { large: [_, height, width], small: [_, above, beside], kernel: [kh, kw], .. } = *self.shape;
        let Part { channels, rows, lines } = self.part;
        let count = channels * kh * kw;
        // SAFETY: as of this function.
        unsafe {
            let (sums, large) = (self.sums, self.large);
            let small = sums.add(rows * count * V::LANES);
            for at in (0..above).step_by(lines) {
                let lines = if above - at < lines { above - at } else { lines };
                let [low, reads] = span(self.shape, at, lines);
                // A full block with its samples innermost is read where it lies.
                let lies = self.larges.next == V::LANES;
                let (large, low, reads) =
                    if lies { (self.larges.first, 0, height) } else { (large.cast_const(), low, reads) };
                if !lies && *copied != at {
                    *copied = at;
                    let mut to = self.large;
                    for c in 0..channels {
                        let Source { first, row, next } = self.larges;
                        let from = first.add((c * height + low) * width * next);
                        let len = reads * width;
                        V::call(&mut Copy { to, from, row, next, lanes: self.lanes, len });
                        to = to.add(len * V::LANES);
                    }
                }
                for n in 0..rows {
                    let to = small.add(n * lines * beside * V::LANES);
                    let Source { first, row, next } = self.smalls;
                    if let Some(pooled) = &self.pooled {
                        let plane = pooled.halves[0] * pooled.halves[1];
                        V::call(&mut Spread {
                            to,
                            from: first.add(n * plane * next),
                            row,
                            inner: next > 1,
                            numbers: pooled.numbers.add(n * plane * self.lanes),
                            lanes: self.lanes,
                            pooled: pooled.halves,
                            first: [at, 0],
                            size: [lines, beside],
                            room: pooled.room,
                        });
                        if !pooled.dbias.is_null() {
                            V::call(&mut Sum {
                                dbias: pooled.dbias.add(n),
                                sums: pooled.sums.add(9 * n * V::LANES),
                                from: to,
                                places: [at * beside, (at + lines) * beside, above * beside],
                                lanes: self.lanes,
                            });
                        }
                        continue;
                    }
                    let from = first.add((n * above + at) * beside * next);
                    V::call(&mut Copy { to, from, row, next, lanes: self.lanes, len: lines * beside });
                }
                macro_rules! tiles {
                    ($($rows:literal)*) => {
                        match rows {
                            $($rows => V::call(&mut Sums::<T, $rows> {
                                sums, large, small, shape: self.shape, channels, at, lines, low, reads,
                            }),)*
                            _ => {}
                        }
                    };
                }
                tiles!(1 2 3 4 8);
            }
            V::call(&mut Added { dweight: self.dweight, sums, shape: self.shape, rows, count, lanes: self.lanes });
        }
    }
}

/// sums[r][c][kh][kw] += sum over the positions of some rows of small[r][..] large[c][..], begun with zero in the first rows.
struct Sums<'a, T, const R: usize> {
    sums: *mut T,
    large: *const T,
    small: *const T,
    shape: &'a Shape,
    channels: usize,
    at: usize,
    lines: usize,
    low: usize,
    reads: usize,
}

impl<T: Scalar, const R: usize> Kernel for Sums<'_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [kh, kw] = self.shape.kernel;
        for c in 0..self.channels {
            for i in 0..kh {
                let mut j = 0;
                macro_rules! tiles {
                    ($($taps:literal)*) => {$(
                        while kw - j >= $taps && (R * $taps <= 2 * V::ROWS || $taps == 1) {
                            // SAFETY: as of this function; the elements are those of the window.
                            unsafe { self.tile::<V, $taps>(c, i, j) };
                            j += $taps;
                        }
                    )*};
                }
                tiles!(5 3 2 1);
            }
        }
    }
}

impl<T: Scalar, const R: usize> Sums<'_, T, R> {
    /// K neighbouring elements of the window from row i, column j on.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and the elements exist.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const K: usize>(&mut self, c: usize, i: usize, j: usize) {
        let Shape { large: [_, height, width], small: [_, _, beside], kernel: [kh, kw], slide, .. } = *self.shape;
        let ([stride, step], [_, apart]) = (slide.stride, slide.dilation);
        // The columns in which all K elements lie in the plane.
        let first = (slide.padding[1].saturating_sub(j * apart)).div_ceil(step);
        let first = if first < beside { first } else { beside };
        let end = match (width + slide.padding[1]).checked_sub((j + K - 1) * apart + 1) {
            Some(last) if last / step < beside => last / step + 1,
            Some(_) => beside,
            None => 0,
        };
        let end = if end > first { end } else { first };
        let column = (j * apart) as isize - slide.padding[1] as isize;
        // SAFETY: as of this function.
        unsafe {
            let sums = self.sums.add(((c * kh + i) * kw + j) * V::LANES);
            let row = self.channels * kh * kw * V::LANES;
            let mut tile = [[V::splat(T::ZERO); K]; R];
            if self.at > 0 {
                for n in 0..R {
                    for k in 0..K {
                        tile[n][k] = V::load(sums.add(n * row + k * V::LANES), V::LANES);
                    }
                }
            }
            let plane = self.lines * beside * V::LANES;
            for y in 0..self.lines {
                let place = ((self.at + y) * stride + i * slide.dilation[0]).wrapping_sub(slide.padding[0]);
                if place >= height {
                    continue;
                }
                let large = self.large.add((c * self.reads + place - self.low) * width * V::LANES);
                let small = self.small.add(y * beside * V::LANES);
                let edge = |x: usize, k: usize| column + (x * step + k * apart) as isize;
                macro_rules! edges {
                    ($columns:expr) => {
                        for x in $columns {
                            let small = small.add(x * V::LANES);
                            for k in 0..K {
                                let place = edge(x, k);
                                if place >= 0 && place < width as isize {
                                    let term = V::load(large.add(place as usize * V::LANES), V::LANES);
                                    for n in 0..R {
                                        tile[n][k] = V::load(small.add(n * plane), V::LANES).mul_add(term, tile[n][k]);
                                    }
                                }
                            }
                        }
                    };
                }
                edges!(0..first);
                let mut from = large.wrapping_offset((column + (first * step) as isize) * V::LANES as isize);
                let mut with = small.add(first * V::LANES);
                for _ in first..end {
                    let mut terms = [V::splat(T::ZERO); K];
                    for k in 0..K {
                        terms[k] = V::load(from.add(k * apart * V::LANES), V::LANES);
                    }
                    for n in 0..R {
                        let factor = V::load(with.add(n * plane), V::LANES);
                        for k in 0..K {
                            tile[n][k] = factor.mul_add(terms[k], tile[n][k]);
                        }
                    }
                    from = from.wrapping_add(step * V::LANES);
                    with = with.wrapping_add(V::LANES);
                }
                edges!(end..beside);
            }
            for n in 0..R {
                for k in 0..K {
                    tile[n][k].store(sums.add(n * row + k * V::LANES), V::LANES);
                }
            }
        }
    }
}

/// The sums of a block's samples on their way to the gradient.
pub(super) struct Added<'a, T> {
    pub(super) dweight: *mut T,
    pub(super) sums: *const T,
    pub(super) shape: &'a Shape,
    pub(super) rows: usize,
    /// Elements of a row.
    pub(super) count: usize,
    pub(super) lanes: usize,
}

impl<T: Scalar> Kernel for Added<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [kh, kw] = self.shape.kernel;
        let row = self.shape.large[0] * kh * kw;
        for n in 0..self.rows {
            // SAFETY: as of this function.
            unsafe {
                let (to, from) = (self.dweight.add(n * row), self.sums.add(n * self.count * V::LANES));
                let mut i = 0;
                while i + 4 <= self.count {
                    let mut four = [V::splat(T::ZERO); 4];
                    for k in 0..4 {
                        four[k] = V::load(from.add((i + k) * V::LANES), V::LANES);
                    }
                    let to = to.add(i).cast::<[T; 4]>();
                    let mut sums = *to;
                    #[cfg(not(feature = "deterministic"))]
                    let by_lane = self.lanes < V::LANES;
                    #[cfg(feature = "deterministic")]
                    let by_lane = true;
                    if by_lane {
                        // Sample after sample.
                        let mut samples = MaybeUninit::<[V; 4]>::uninit();
                        let samples = samples.as_mut_ptr().cast::<[T; 4]>();
                        V::to_rows(four, samples.cast(), 4, V::LANES);
                        for lane in 0..self.lanes {
                            let sample = *samples.add(lane);
                            for k in 0..4 {
                                sums[k] += sample[k];
                            }
                        }
                    }
                    #[cfg(not(feature = "deterministic"))]
                    if !by_lane {
                        let four = V::sums(four);
                        for k in 0..4 {
                            sums[k] += four[k];
                        }
                    }
                    *to = sums;
                    i += 4;
                }
                while i < self.count {
                    for lane in 0..self.lanes {
                        *to.add(i) += *from.add(i * V::LANES + lane);
                    }
                    i += 1;
                }
            }
        }
    }
}
