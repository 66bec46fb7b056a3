//! Planes from planes by vectors along the samples: what is gathered or scattered, a block of LANES samples at a time.
//!
//! Every sum of a sample has its own lane, and takes its terms in the order of `naive`: the bits are the same. Only what lies
//! in the planes is multiplied, whatever window, stride and padding, so that small maps waste nothing.

use super::Shape;
#[cfg(not(feature = "deterministic"))]
use super::picked::Part;
use super::planes::Planes;
use super::reach::{Reach, transpose_back};
use super::windows::{Rectified, Spread};
use crate::kernels::columns::transpose;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Vectors of a copied block of the planes that are read.
pub(super) const READ: usize = 1920;
/// Vectors of results before they are written.
pub(super) const MADE: usize = 512;
/// Channels of results that are made at a time, at most.
const CHANNELS: usize = 8;

/// The fewest samples that are a block: a quarter of the lanes, and more than one, whose planes fill vectors better.
#[inline(always)]
pub(super) fn least<V: Vector<T>, T>() -> usize {
    let quarter = V::LANES / 4;
    if quarter < 2 { 2 } else { quarter }
}

/// A block of results, and what is read for it.
#[derive(Clone, Copy)]
struct Block {
    /// The first row and column of the results.
    at: [usize; 2],
    /// Rows and columns of the results.
    size: [usize; 2],
    /// The first row and column that are read.
    low: [usize; 2],
    /// Rows and columns that are read.
    reads: [usize; 2],
}

/// The convolution as the results see it.
pub(super) struct View<'a> {
    pub(super) shape: &'a Shape,
    pub(super) gathers: bool,
    /// Channels of a group, rows and columns that are made.
    pub(super) made: [usize; 3],
    /// Those that are read.
    pub(super) read: [usize; 3],
    /// Whether the small planes are pooled.
    pub(super) pooled: bool,
}

impl View<'_> {
    #[inline(always)]
    pub(super) fn reach(&self, dim: usize, position: usize) -> Reach {
        if self.gathers {
            Reach::gathers(self.shape, dim, position)
        } else {
            Reach::scatters(self.shape, dim, position)
        }
    }

    /// How far the place moves from one result to the next, if both meet the same elements anywhere.
    #[inline(always)]
    pub(super) fn advance(&self, dim: usize) -> Option<usize> {
        match (self.gathers, self.shape.slide.stride[dim]) {
            (true, stride) => Some(stride),
            (false, 1) => Some(1),
            (false, _) => None,
        }
    }

    /// What position `first` reads, and how many positions from there up to `end` meet the same elements, each further than the one
    /// before by the same. One function for all kernels.
    #[inline(never)]
    pub(super) fn run(&self, dim: usize, first: usize, end: usize) -> (Reach, usize) {
        let begin = self.reach(dim, first);
        let Some(advance) = self.advance(dim) else { return (begin, 1) };
        let mut n = 1;
        while first + n < end {
            let Reach { count, first, place, .. } = self.reach(dim, first + n);
            if count != begin.count || first != begin.first || place != begin.place + (n * advance) as isize {
                break;
            }
            n += 1;
        }
        (begin, n)
    }

    /// The first one and the number of the rows or columns that so many results read.
    #[inline(never)]
    fn span(&self, dim: usize, at: usize, size: usize) -> [usize; 2] {
        let (mut low, mut high) = (isize::MAX, 0);
        for position in at..at + size {
            let Reach { count, place, apart, .. } = self.reach(dim, position);
            if count > 0 {
                let last = place + (count as isize - 1) * apart;
                low = if place < low { place } else { low };
                high = if last >= high { last + 1 } else { high };
            }
        }
        if high == 0 { [0, 0] } else { [low as usize, (high - low) as usize] }
    }

    /// The most rows or columns that so many results can read.
    #[inline(always)]
    fn most(&self, dim: usize, size: usize) -> usize {
        let reach = (self.shape.kernel[dim] - 1) * self.shape.slide.dilation[dim];
        let stride = self.shape.slide.stride[dim];
        let most = if self.gathers { (size - 1) * stride + reach + 1 } else { (size - 1 + reach) / stride + 1 };
        if most < self.read[1 + dim] { most } else { self.read[1 + dim] }
    }

    /// Rows and columns of a block for which there is room, `room` vectors for the results: whole rows if possible.
    #[inline(always)]
    fn size(&self, room: usize) -> Option<[usize; 2]> {
        let [rows, height, width] = self.made;
        let rows = if rows < CHANNELS { rows } else { CHANNELS };
        let fits = |size: [usize; 2]| {
            let read = self.read[0] * self.most(0, size[0]) * self.most(1, size[1]);
            read <= READ && rows * size[0] * size[1] <= room
        };
        let mut size = [height, width];
        // What is pooled are windows of two rows and two columns.
        let least = if self.pools() { 2 } else { 1 };
        for dim in 0..2 {
            while size[dim] > least && !fits(size) {
                size[dim] -= size[dim].div_ceil(8);
            }
            size[dim] -= size[dim] % least;
        }
        (fits(size) && !size.contains(&0)).then_some(size)
    }

    /// Whether results are pooled before they are written.
    #[inline(always)]
    pub(super) fn pools(&self) -> bool {
        self.gathers && self.pooled
    }

    /// The scalars that so many results are written as.
    #[inline(always)]
    pub(super) fn written(&self, [rows, columns]: [usize; 2]) -> [usize; 2] {
        if self.pools() { [rows / 2, columns / 2] } else { [rows, columns] }
    }
}

impl<T: Scalar> Planes<'_, T> {
    /// The samples from the first one on, in blocks of as many as there are lanes, or as are worth it; how many that were.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn by_samples<V: Vector<T>>(&mut self) -> usize {
        let Shape { groups, large, small, kernel: [kh, kw], .. } = self.shape;
        let pooled = self.pooled.is_some();
        // Rows and columns that no window of the pooling reads are not made.
        let whole = if pooled { [small[0], small[1] / 2 * 2, small[2] / 2 * 2] } else { small };
        let (made, read) = if self.gathers { (whole, large) } else { (large, small) };
        let view = View { shape: &self.shape, gathers: self.gathers, made, read, pooled };
        let ([rows, above, beside], [channels, height, width]) = (made, read);
        let plane: usize = view.written([above, beside]).iter().product();
        let halves = [small[1] / 2, small[2] / 2];
        let numbers = match &mut self.pooled {
            Some(numbers) if !numbers.is_empty() => numbers.as_mut_ptr(),
            _ => core::ptr::null_mut(),
        };
        let mut copied = MaybeUninit::<[V; READ]>::uninit();
        let mut sums = MaybeUninit::<[V; MADE]>::uninit();
        #[cfg(not(feature = "deterministic"))]
        if V::PICKS
            && pooled
            && !self.gathers
            && self.bias.is_empty()
            && let Some(part) = Part::new::<V, T>(&self.shape)
        {
            // SAFETY: as of this function.
            return unsafe { self.by_windows::<V>(part, copied.as_mut_ptr().cast(), sums.as_mut_ptr().cast()) };
        }
        let mut sample = 0;
        while self.samples - sample >= least::<V, T>() {
            let left = self.samples - sample;
            let lanes = if left < V::LANES { left } else { V::LANES };
            // From scalar to scalar of a sample, of what is read and what is made.
            let next = self.inner.map(|inner| if inner { lanes } else { 1 });
            // A full block with its samples innermost is read where it lies, and sums are made where they stay.
            let [lies, stays] = self.inner.map(|inner| inner && lanes == V::LANES);
            let stays = stays && !view.pools();
            let Some(size) = view.size(if stays { usize::MAX } else { MADE }) else { return sample };
            for g in 0..groups {
                for y in (0..above).step_by(size[0]) {
                    for x in (0..beside).step_by(size[1]) {
                        let at = [y, x];
                        let size = [0, 1].map(|dim| {
                            let left = made[1 + dim] - at[dim];
                            if left < size[dim] { left } else { size[dim] }
                        });
                        let [[top, tall], [left, broad]] = [0, 1].map(|dim| view.span(dim, at[dim], size[dim]));
                        let mut block = Block { at, size, low: [top, left], reads: [tall, broad] };
                        // SAFETY: `new` has checked the lengths: the samples and group g exist in each of them; `size`
                        // has left room for what a block reads and makes.
                        unsafe {
                            // The numbers of a block of samples lie as its results do: side by side those of a window.
                            let numbers = match numbers.is_null() {
                                true => numbers,
                                false => {
                                    let own = small[0] * halves[0] * halves[1];
                                    numbers.add(sample * groups * own + g * own * lanes)
                                }
                            };
                            let to: *mut T = copied.as_mut_ptr().cast();
                            let mut read = to.cast_const();
                            if pooled && !self.gathers {
                                let [above, beside] = halves;
                                let (row, own) = (groups * channels * above * beside, g * channels * above * beside);
                                let from = self.from.as_ptr().add(sample * row + own * next[0]);
                                let room = sums.as_mut_ptr().cast();
                                for c in 0..channels {
                                    V::call(&mut Spread {
                                        to: to.add(c * tall * broad * V::LANES),
                                        from: from.add(c * above * beside * next[0]),
                                        row,
                                        inner: self.inner[0],
                                        numbers: numbers.add(c * above * beside * lanes),
                                        lanes,
                                        pooled: halves,
                                        first: [top, left],
                                        size: [tall, broad],
                                        room,
                                    });
                                }
                            } else {
                                let (row, own) = (groups * channels * height * width, g * channels * height * width);
                                let from = self.from.as_ptr().add(sample * row + own * next[0]);
                                if lies {
                                    (block.low, block.reads, read) = ([0, 0], [height, width], from);
                                } else {
                                    copy::<V, T>(to, from, [row, next[0]], lanes, &view, &block);
                                }
                            }
                            let (row, own) = (groups * rows * plane, g * rows * plane);
                            let mut made = Made {
                                to: self.to.as_mut_ptr().add(sample * row + own * next[1]),
                                row,
                                inner: self.inner[1],
                                stays,
                                lanes,
                                weight: self.weight.as_ptr().add(g * rows * channels * kh * kw),
                                bias: self.bias.get(g * rows..).unwrap_or(&[]),
                                view: &view,
                                block,
                                copied: read,
                                sums: sums.as_mut_ptr().cast(),
                                numbers: if self.gathers { numbers } else { core::ptr::null_mut() },
                            };
                            made.channels::<V>();
                        }
                    }
                }
            }
            sample += lanes;
        }
        sample
    }
}

/// Copies what a block reads, [channels, rows, columns], the samples innermost; `row` from sample to sample, `next` from scalar
/// to scalar, which is one or, where the samples are innermost already, their number.
///
/// # Safety
/// The machine has the instructions of `V`, and what the arguments say exists.
#[inline(always)]
unsafe fn copy<V: Vector<T>, T: Scalar>(
    mut to: *mut T,
    from: *const T,
    [row, next]: [usize; 2],
    lanes: usize,
    view: &View<'_>,
    block: &Block,
) {
    let ([channels, height, width], [tall, broad]) = (view.read, block.reads);
    // Whole planes, or whole rows, follow each other.
    let (lines, len, apart) = if broad < width {
        (tall, broad, width)
    } else if tall < height {
        (1, tall * width, 0)
    } else {
        // SAFETY: as of this function.
        return unsafe { V::call(&mut Copy { to, from, row, next, lanes, len: channels * height * width }) };
    };
    for c in 0..channels {
        for line in 0..lines {
            // SAFETY: as of this function.
            unsafe {
                let first = c * height * width + block.low[0] * width + block.low[1] + line * apart;
                V::call(&mut Copy { to, from: from.add(first * next), row, next, lanes, len });
                to = to.add(len * V::LANES);
            }
        }
    }
}

/// [`transpose`], out of line, and the same of what has the samples innermost.
pub(super) struct Copy<T> {
    pub(super) to: *mut T,
    pub(super) from: *const T,
    pub(super) row: usize,
    /// From scalar to scalar: one, or the number of samples.
    pub(super) next: usize,
    pub(super) lanes: usize,
    pub(super) len: usize,
}

impl<T: Scalar> Kernel for Copy<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. A full block needs no question for each row.
        unsafe {
            if self.next > 1 {
                for i in 0..self.len {
                    V::load(self.from.add(i * self.next), self.lanes).store(self.to.add(i * V::LANES), V::LANES);
                }
            } else if self.lanes == V::LANES {
                transpose::<V, T>(self.to, V::LANES, self.from, self.row, [V::LANES, self.len]);
            } else {
                transpose::<V, T>(self.to, V::LANES, self.from, self.row, [self.lanes, self.len]);
            }
        }
    }
}

/// A block of results of one group.
struct Made<'a, T> {
    /// The group's planes of the first sample.
    to: *mut T,
    /// From sample to sample of the results.
    row: usize,
    /// Whether the results have the samples innermost.
    inner: bool,
    /// Whether the sums are made there.
    stays: bool,
    lanes: usize,
    weight: *const T,
    /// That of the group's channels, or nothing.
    bias: &'a [T],
    view: &'a View<'a>,
    block: Block,
    copied: *const T,
    sums: *mut T,
    /// Where the numbers of the largest elements are kept, or null.
    numbers: *mut T,
}

impl<T: Scalar> Made<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn channels<V: Vector<T>>(&mut self) {
        let mut r = 0;
        macro_rules! tiles {
            ($($rows:literal)*) => {$(
                while $rows <= V::ROWS && self.view.made[0] - r >= $rows {
                    // SAFETY: as of this function.
                    unsafe {
                        V::call(&mut Sums::<T, $rows> { of: self, r });
                        if self.view.pools() {
                            V::call(&mut self.largest(r, $rows));
                        }
                        if !self.stays && !(self.inner && self.view.pools()) {
                            V::call(&mut Written { of: self, r, rows: $rows });
                        }
                    }
                    r += $rows;
                }
            )*};
        }
        tiles!(8 6 4 2 1);
    }

    /// The sums of some channels as the largest elements of their windows.
    #[inline(always)]
    fn largest(&self, r: usize, rows: usize) -> Rectified<T> {
        let ([_, above, beside], Block { at, size, .. }) = (self.view.made, self.block);
        Rectified {
            sums: self.sums,
            to: if self.inner { self.to } else { core::ptr::null_mut() },
            numbers: self.numbers,
            rows,
            size,
            first: [r, at[0] / 2, at[1] / 2],
            pooled: [above / 2, beside / 2],
            lanes: self.lanes,
        }
    }
}

/// The sums of R channels from channel r on, [R, rows, columns], the samples innermost: a function of its own, whose registers
/// LLVM handles well.
struct Sums<'a, 'b, T, const R: usize> {
    of: &'a Made<'b, T>,
    r: usize,
}

impl<T: Scalar, const R: usize> Kernel for Sums<'_, '_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Made { view, block, .. } = self.of;
        let ([height, width], [top, left]) = (block.size, block.at);
        let [_, above, beside] = view.made;
        // Where they are made, and from row to row and channel to channel of that.
        let (sums, line, plane) = match self.of.stays {
            true => {
                let place = (self.r * above + top) * beside + left;
                (self.of.to.wrapping_add(place * V::LANES), beside, above * beside)
            }
            false => (self.of.sums, width, height * width),
        };
        let mut start = [T::ZERO; R];
        for n in 0..R {
            start[n] = self.of.bias.get(self.r + n).copied().unwrap_or(T::ZERO);
        }
        let steps = [view.advance(0), view.advance(1)].map(|advance| advance.unwrap_or(0));
        let mut y = 0;
        while y < height {
            let (rows, tall) = view.run(0, top + y, top + height);
            let mut x = 0;
            while x < width {
                let (columns, broad) = view.run(1, left + x, left + width);
                // Rows and columns that meet the same elements: tiles lie along the rows, but for a few columns at an edge.
                let down = broad < 4 && tall > broad;
                let (lines, length) = if down { (broad, tall) } else { (tall, broad) };
                for other in 0..lines {
                    let mut n = 0;
                    // As many positions as fill the registers, and nearly the same number in each tile.
                    macro_rules! tiles {
                        ($($positions:literal)*) => {$(
                            while length - n >= $positions && R * $positions <= 2 * V::ROWS
                                && (length - n != $positions + 1 || $positions < 3)
                            {
                                let [dy, dx] = if down { [n, other] } else { [other, n] };
                                let (mut rows, mut columns) = (rows, columns);
                                rows.place += (dy * steps[0]) as isize;
                                columns.place += (dx * steps[1]) as isize;
                                let (read, next) =
                                    if down { (steps[0] * block.reads[1], line) } else { (steps[1], 1) };
                                // SAFETY: as of this function; the block has the positions, and what they read.
                                unsafe {
                                    let tile = self.tile::<V, $positions>(&start, &rows, &columns, read);
                                    for r in 0..R {
                                        let to = sums.add((r * plane + (y + dy) * line + x + dx) * V::LANES);
                                        for (c, sum) in tile[r].into_iter().enumerate() {
                                            sum.store(to.add(c * next * V::LANES), V::LANES);
                                        }
                                    }
                                }
                                n += $positions;
                            }
                        )*};
                    }
                    tiles!(4 3 2 1);
                }
                x += broad;
            }
            y += tall;
        }
    }
}

impl<T: Scalar, const R: usize> Sums<'_, '_, T, R> {
    /// sums[r][x] = start[r] + sum over channels c, rows i and columns j of the window of w[r][c][i][j] copied[c][..][..], where
    /// positions read `advance` vectors apart.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and the positions exist.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const X: usize>(
        &self,
        start: &[T; R],
        rows: &Reach,
        columns: &Reach,
        advance: usize,
    ) -> [[V; X]; R] {
        let Made { view, block, copied, weight, .. } = self.of;
        let [kh, kw] = view.shape.kernel;
        let ([tall, broad], [top, left]) = (block.reads, block.low);
        // The distances in the weights from row to row and from channel to channel.
        let taps = kh * kw;
        let [row, channel] = if view.gathers { [view.read[0] * taps, taps] } else { [taps, view.made[0] * taps] };
        let lanes = V::LANES as isize;
        // SAFETY: as of this function.
        unsafe {
            let mut sums = [[V::splat(T::ZERO); X]; R];
            for r in 0..R {
                sums[r] = [V::splat(start[r]); X];
            }
            if rows.count == 0 || columns.count == 0 {
                return sums;
            }
            let mut weight = weight.offset((self.r * row) as isize + rows.first * kw as isize + columns.first);
            let place = (rows.place - top as isize) * broad as isize + columns.place - left as isize;
            let mut read = copied.offset(place * lanes);
            for _ in 0..view.read[0] {
                let (mut line, mut from) = (weight, read);
                for _ in 0..rows.count {
                    let (mut factor, mut term) = (line, from);
                    for _ in 0..columns.count {
                        let mut terms = [V::splat(T::ZERO); X];
                        for x in 0..X {
                            terms[x] = V::load(term.add(x * advance * V::LANES), V::LANES);
                        }
                        for r in 0..R {
                            let factor = V::splat(*factor.add(r * row));
                            for x in 0..X {
                                sums[r][x] = factor.mul_add(terms[x], sums[r][x]);
                            }
                        }
                        factor = factor.wrapping_offset(columns.step);
                        term = term.wrapping_offset(columns.apart * lanes);
                    }
                    line = line.wrapping_offset(rows.step * kw as isize);
                    from = from.wrapping_offset(rows.apart * broad as isize * lanes);
                }
                weight = weight.wrapping_add(channel);
                read = read.wrapping_add(tall * broad * V::LANES);
            }
            sums
        }
    }
}

/// The sums of some channels on their way to the results.
struct Written<'a, 'b, T> {
    of: &'a Made<'b, T>,
    r: usize,
    rows: usize,
}

impl<T: Scalar> Kernel for Written<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Made { to, row, inner, lanes, view, block, sums, .. } = *self.of;
        let [_, above, beside] = view.made;
        let [above, beside] = view.written([above, beside]);
        let ([height, width], [top, left]) = (view.written(block.size), view.written(block.at));
        let (lines, len) = if width < beside { (height, width) } else { (1, height * width) };
        for n in 0..self.rows {
            for line in 0..lines {
                // SAFETY: as of this function. A full block needs no question for each row.
                unsafe {
                    let place = ((self.r + n) * above + top + line) * beside + left;
                    let from = sums.add((n * height * width + line * len) * V::LANES);
                    if inner {
                        for i in 0..len {
                            V::load(from.add(i * V::LANES), V::LANES).store(to.add((place + i) * lanes), lanes);
                        }
                        continue;
                    }
                    let to = to.add(place);
                    if lanes == V::LANES {
                        transpose_back::<V, T>(to, from, row, V::LANES, len);
                    } else {
                        transpose_back::<V, T>(to, from, row, lanes, len);
                    }
                }
            }
        }
    }
}
