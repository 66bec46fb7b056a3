//! Planes copied so that every element of a window is a plain vector load away from its position.
//!
//! A block of positions, NY rows of NX columns, is counted along rows that are `pitch` apart: position p = y pitch + x. What
//! element (kh, kw) of the window reads there lies at `at + p` of the copy, the same `at` for all positions, because
//!
//! - the zeros around a plane are copied too, so that no position is an exception;
//! - where the window moves by more than one, the copy holds one plane for each remainder of rows and of columns by the
//!   step, and neighbouring positions are neighbours in each of them.
//!
//! The positions behind the last column of a row are computed and dropped: `pitch` is NX and what the window reaches beyond.

use crate::kernels::level::Vector;
use crate::scalar::Scalar;

/// Elements of a window that are taken at once.
pub(super) const TAPS: usize = 64;
/// Scalars of a copy: with the results of a few rows it fits in the first cache.
pub(super) const CAPACITY: usize = 8192;
/// Positions of a block, those that are dropped included.
pub(super) const POSITIONS: usize = 512;
/// Scalars behind a copy and behind the results, for vectors that reach beyond the last position.
pub(super) const SLACK: usize = 128;

/// An element of the window.
#[derive(Clone, Copy, Default)]
pub(super) struct Tap {
    /// Its place in the weights of one pair of channels.
    pub(super) weight: usize,
    /// The row and the column that it reads at the first position.
    shift: [isize; 2],
    /// Its place in a copied plane.
    pub(super) at: usize,
}

/// The planes that are read, and how the positions move over them.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// Rows and columns of a plane.
    pub(super) dims: [usize; 2],
    /// From one position to the next.
    pub(super) step: [usize; 2],
    /// Rows and columns of positions.
    pub(super) count: [usize; 2],
    pub(super) channels: usize,
}

/// Some elements of a window, and the size of the blocks that they are used in.
pub(super) struct Layout {
    taps: [Tap; TAPS],
    len: usize,
    source: Source,
    /// The smallest shift of all taps.
    low: [isize; 2],
    /// Remainders by the step: copied planes for each plane.
    phases: [usize; 2],
    /// Rows and columns of a copied plane beyond the positions.
    beyond: [usize; 2],
    /// Rows and columns of positions in a block.
    pub(super) block: [usize; 2],
    /// Channels in a block.
    pub(super) channels: usize,
}

impl Layout {
    /// As many of the elements behind the first `done` as fit; an element is its place in the weights and what it reads.
    #[inline(always)]
    pub(super) fn new(all: impl Iterator<Item = (usize, [isize; 2])>, done: usize, source: Source) -> Option<Layout> {
        let mut taps = [Tap::default(); TAPS];
        let mut len = 0;
        for (weight, shift) in all.skip(done).take(TAPS) {
            taps[len] = Tap { weight, shift, at: 0 };
            len += 1;
        }
        if len == 0 {
            return None;
        }
        let mut layout =
            Layout { taps, len, source, low: [0; 2], phases: [1; 2], beyond: [0; 2], block: [1; 2], channels: 1 };
        while !layout.measure() {
            // One element alone reaches nowhere, and always fits.
            layout.len = layout.len.div_ceil(2);
        }
        layout.place();
        Some(layout)
    }

    /// The elements.
    #[inline(always)]
    pub(super) fn taps(&self) -> &[Tap] {
        &self.taps[..self.len]
    }

    /// From one row of positions to the next in a block of so many columns.
    #[inline(always)]
    pub(super) fn pitch(&self) -> usize {
        self.block[1] + self.beyond[1]
    }

    /// Scalars of a copied channel.
    #[inline(always)]
    pub(super) fn plane(&self) -> usize {
        self.phases[0] * self.phases[1] * (self.block[0] + self.beyond[0]) * self.pitch()
    }

    /// Chooses the block, and says whether a row of at least 64 positions, or all, has room.
    #[inline(always)]
    fn measure(&mut self) -> bool {
        let Source { step, count, channels, .. } = self.source;
        for dim in 0..2 {
            let (mut low, mut high) = (isize::MAX, isize::MIN);
            for tap in &self.taps[..self.len] {
                low = if tap.shift[dim] < low { tap.shift[dim] } else { low };
                high = if tap.shift[dim] > high { tap.shift[dim] } else { high };
            }
            let reach = (high - low) as usize;
            self.low[dim] = low;
            self.phases[dim] = if reach < step[dim] { reach + 1 } else { step[dim] };
            self.beyond[dim] = reach / step[dim];
        }
        let least = |a: usize, b: usize| if a < b { a } else { b };
        let [above, beside] = self.beyond;
        let row = (1 + above) * self.phases[0] * self.phases[1];
        let room = least(POSITIONS, (CAPACITY / row).saturating_sub(beside));
        if room < least(count[1], 64) {
            return false;
        }
        self.block = [1, least(count[1], room)];
        // All channels if they leave room for a row, and then as many rows as there is room for.
        let line = self.phases[0] * self.phases[1] * self.pitch();
        let rows = |channels: usize| CAPACITY / (channels * line);
        self.channels = if rows(channels) > above { channels } else { rows(1) / (1 + above) };
        let fit = rows(self.channels) - above;
        self.block[0] = least(least(count[0], fit), 1 + (POSITIONS - self.block[1]) / self.pitch());
        true
    }

    /// Where the elements lie in a copied plane.
    #[inline(always)]
    fn place(&mut self) {
        let (pitch, rows) = (self.pitch(), self.block[0] + self.beyond[0]);
        for tap in &mut self.taps[..self.len] {
            let [row, column] = [0, 1].map(|dim| (tap.shift[dim] - self.low[dim]) as usize);
            let [sy, sx] = self.source.step;
            tap.at = (((row % sy) * self.phases[1] + column % sx) * rows + row / sy) * pitch + column / sx;
        }
    }

    /// Copies the channels from `from` on as the positions from `first` on read them.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; there are as many channels behind `from`, and `to` has room for the
    /// copies of `channels` planes and for a vector more.
    #[inline(always)]
    pub(super) unsafe fn copy<V: Vector<T>, T: Scalar>(
        &self,
        mut to: *mut T,
        from: *const T,
        channels: usize,
        first: [usize; 2],
    ) {
        let Source { dims: [height, width], step: [sy, sx], .. } = self.source;
        let [top, left] = [0, 1].map(|dim| (first[dim] * self.source.step[dim]) as isize + self.low[dim]);
        let (rows, pitch) = (self.block[0] + self.beyond[0], self.pitch());
        for c in 0..channels {
            for a in 0..self.phases[0] {
                for b in 0..self.phases[1] {
                    for j in 0..rows {
                        let row = top + (a + j * sy) as isize;
                        // SAFETY: as of this function; `row` is one of the plane.
                        unsafe {
                            if row < 0 || row as usize >= height {
                                zeros::<V, T>(to, pitch);
                            } else {
                                let from = from.add((c * height + row as usize) * width);
                                segment::<V, T>(to, pitch, from, width, left + b as isize, sx);
                            }
                            to = to.add(pitch);
                        }
                    }
                }
            }
        }
    }
}

/// Writes `len` zeros; a last vector may reach beyond them.
///
/// # Safety
/// The machine has the instructions of `V`, and there is room for a vector more.
#[inline(always)]
pub(super) unsafe fn zeros<V: Vector<T>, T: Scalar>(to: *mut T, len: usize) {
    let mut i = 0;
    while i < len {
        // SAFETY: as of this function.
        unsafe { V::splat(T::ZERO).store(to.add(i), V::LANES) };
        i += V::LANES;
    }
}

/// Copies `len` scalars.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many on both sides.
#[inline(always)]
pub(super) unsafe fn copy<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, len: usize) {
    // SAFETY: as of this function.
    unsafe {
        let mut i = 0;
        while i + V::LANES <= len {
            V::load(from.add(i), V::LANES).store(to.add(i), V::LANES);
            i += V::LANES;
        }
        let rest = (len - i) % V::LANES;
        if rest > 0 {
            V::load(from.add(i), rest).store(to.add(i), rest);
        }
    }
}

/// `len` scalars of a row of `width`, from column `left` on by `step`; zeros where the row has none.
///
/// # Safety
/// As of `zeros` for `to`, and of `copy` for the row.
#[inline(always)]
unsafe fn segment<V: Vector<T>, T: Scalar>(
    to: *mut T,
    len: usize,
    row: *const T,
    width: usize,
    left: isize,
    step: usize,
) {
    // The first one in the row, and the first one behind it.
    let begin = if left < 0 { left.unsigned_abs().div_ceil(step) } else { 0 };
    let end = if left >= width as isize { 0 } else { ((width as isize - left) as usize).div_ceil(step) };
    let end = if end < len { end } else { len };
    // SAFETY: as of this function; columns between `begin` and `end` are in the row.
    unsafe {
        if begin > 0 || end < len {
            zeros::<V, T>(to, len);
        }
        if begin >= end {
            return;
        }
        let from = row.offset(left + (begin * step) as isize);
        if step == 1 {
            copy::<V, T>(to.add(begin), from, end - begin);
        } else {
            for i in 0..end - begin {
                *to.add(begin + i) = *from.add(i * step);
            }
        }
    }
}
