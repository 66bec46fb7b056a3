//! What pools a block of results, and what makes its gradient from that of the windows, by vectors along the samples.

use super::samples::MADE;
use crate::kernels::columns::transpose;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// The largest elements of windows of a block of results, [rows, rows, columns] with the samples innermost.
pub(super) struct Rectified<T> {
    pub(super) sums: *mut T,
    /// Those of the block of samples and the group where they lie as the numbers do, or null: then they take the place of the
    /// sums.
    pub(super) to: *mut T,
    /// Those of the block of samples and the group, or null.
    pub(super) numbers: *mut T,
    /// Channels.
    pub(super) rows: usize,
    /// Rows and columns before.
    pub(super) size: [usize; 2],
    /// The first channel, and the first row and column of windows.
    pub(super) first: [usize; 3],
    /// All rows and columns of windows.
    pub(super) pooled: [usize; 2],
    pub(super) lanes: usize,
}

impl<T: Scalar> Kernel for Rectified<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. A full block needs no question for each vector.
        unsafe {
            match (self.numbers.is_null(), self.lanes == V::LANES) {
                (true, true) => self.windows::<V, false>(V::LANES),
                (true, false) => self.windows::<V, false>(self.lanes),
                (false, true) => self.windows::<V, true>(V::LANES),
                (false, false) => self.windows::<V, true>(self.lanes),
            }
        }
    }
}

impl<T: Scalar> Rectified<T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn windows<V: Vector<T>, const KEPT: bool>(&mut self, lanes: usize) {
        let ([height, width], [channel, top, left], [above, beside]) = (self.size, self.first, self.pooled);
        // SAFETY: as of this function. A window is read before its place is written to.
        unsafe {
            for n in 0..self.rows {
                for y in 0..height / 2 {
                    let mut from = self.sums.add((n * height + 2 * y) * width * V::LANES);
                    let place = ((channel + n) * above + top + y) * beside + left;
                    let mut number_to = self.numbers.wrapping_add(place * lanes);
                    let (mut to, next) = match self.to.is_null() {
                        true => (self.sums.add((n * (height / 2) + y) * (width / 2) * V::LANES), V::LANES),
                        false => (self.to.add(place * lanes), lanes),
                    };
                    for _ in 0..width / 2 {
                        let mut four = [V::splat(T::ZERO); 4];
                        for k in 0..4 {
                            four[k] = V::load(from.add((k / 2 * width + k % 2) * V::LANES), V::LANES);
                        }
                        let [best, number] = rectified::<V, T, KEPT>(four);
                        if KEPT {
                            number.store(number_to, lanes);
                            number_to = number_to.wrapping_add(lanes);
                        }
                        best.store(to, lanes);
                        to = to.add(next);
                        from = from.add(2 * V::LANES);
                    }
                }
            }
        }
    }
}

/// The largest of four elements, or zero where that is larger, and if they are KEPT the number of the first that is as large.
///
/// # Safety
/// The machine has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn rectified<V: Vector<T>, T: Scalar, const KEPT: bool>(four: [V; 4]) -> [V; 2] {
    // SAFETY: as of this function.
    unsafe {
        let (zero, none) = (V::splat(T::ZERO), V::splat(-T::ONE));
        let best = four[0].most(four[1]).most(four[2].most(four[3]));
        let mut number = V::splat(T::from_usize(3));
        if KEPT {
            for k in [2, 1, 0] {
                number = four[k].equal(best, V::splat(T::from_usize(k)), number);
            }
            // None where y is 0, or no number.
            number = best.equal(best, best.larger(zero, number, none), none);
        }
        // Where none is larger than 0, the first one is the largest, whose sign a zero keeps.
        [best.larger(zero, best, four[0].at_least(zero)), number]
    }
}

/// A part of one channel of dsmall, [rows, columns] with the samples innermost.
pub(super) struct Spread<T> {
    pub(super) to: *mut T,
    /// dy of the channel of the first sample.
    pub(super) from: *const T,
    /// From sample to sample.
    pub(super) row: usize,
    /// Whether dy has the samples innermost, as the numbers have.
    pub(super) inner: bool,
    /// Those of the channel.
    pub(super) numbers: *const T,
    pub(super) lanes: usize,
    /// Rows and columns of windows.
    pub(super) pooled: [usize; 2],
    /// The first row and column.
    pub(super) first: [usize; 2],
    /// Rows and columns.
    pub(super) size: [usize; 2],
    /// Room for `MADE` vectors of dy.
    pub(super) room: *mut T,
}

impl<T: Scalar> Kernel for Spread<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function. A full block needs no question for each vector.
        unsafe { if self.lanes == V::LANES { self.rows::<V>(V::LANES) } else { self.rows::<V>(self.lanes) } }
    }
}

impl<T: Scalar> Spread<T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn rows<V: Vector<T>>(&mut self, lanes: usize) {
        let ([above, beside], [top, left], [height, width]) = (self.pooled, self.first, self.size);
        // As many rows of dy at a time as there is room for.
        let last = (top + height).div_ceil(2);
        let last = if last < above { last } else { above };
        let most = MADE / beside.max(1);
        let (mut begin, mut end) = (0, 0);
        // SAFETY: as of this function.
        unsafe {
            let zero = V::splat(T::ZERO);
            for y in top..top + height {
                let to = self.to.add((y - top) * width * V::LANES);
                let window = y / 2;
                if window >= above {
                    for x in 0..width {
                        zero.store(to.add(x * V::LANES), V::LANES);
                    }
                    continue;
                }
                if !self.inner && window >= end {
                    (begin, end) = (window, if last - window < most { last } else { window + most });
                    let from = self.from.add(begin * beside);
                    transpose::<V, T>(self.room, V::LANES, from, self.row, [lanes, (end - begin) * beside]);
                }
                let (dy, next) = match self.inner {
                    true => (self.from.add(window * beside * lanes), lanes),
                    false => (self.room.add((window - begin) * beside * V::LANES).cast_const(), V::LANES),
                };
                let numbers = self.numbers.add(window * beside * lanes);
                let k = T::from_usize(y % 2 * 2);
                let (even, odd) = (V::splat(k), V::splat(k + T::ONE));
                // A sum, as where windows overlap: a negative zero is none.
                macro_rules! pair {
                    ($column:expr) => {{
                        let share = zero.add(V::load(dy.add($column * next), next));
                        let number = V::load(numbers.add($column * lanes), lanes);
                        [number.equal(even, share, zero), number.equal(odd, share, zero)]
                    }};
                }
                let mut x = left;
                if x % 2 == 1 {
                    let second = if x / 2 < beside { pair!(x / 2)[1] } else { zero };
                    second.store(to, V::LANES);
                    x += 1;
                }
                while x + 2 <= left + width && x / 2 < beside {
                    let [first, second] = pair!(x / 2);
                    first.store(to.add((x - left) * V::LANES), V::LANES);
                    second.store(to.add((x + 1 - left) * V::LANES), V::LANES);
                    x += 2;
                }
                while x < left + width {
                    let first = if x % 2 == 0 && x / 2 < beside { pair!(x / 2)[0] } else { zero };
                    first.store(to.add((x - left) * V::LANES), V::LANES);
                    x += 1;
                }
            }
        }
    }
}

/// db += the sum over a plane, in the order of `gradient_bias`, of which a part is added here: eight sums, which become one
/// when they are full, and behind that what is left over.
pub(super) struct Sum<T> {
    /// One scalar.
    pub(super) dbias: *mut T,
    /// The eight sums, and the one that they become.
    pub(super) sums: *mut T,
    /// The part, with the samples innermost.
    pub(super) from: *const T,
    /// Where the part begins and ends in the plane, and where the plane ends.
    pub(super) places: [usize; 3],
    pub(super) lanes: usize,
}

impl<T: Scalar> Kernel for Sum<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [begin, end, count] = self.places;
        let whole = count / 8 * 8;
        // SAFETY: as of this function.
        unsafe {
            let mut sums = [V::splat(T::ZERO); 8];
            let mut total = V::splat(T::ZERO);
            if begin > 0 {
                for k in 0..8 {
                    sums[k] = V::load(self.sums.add(k * V::LANES), V::LANES);
                }
                total = V::load(self.sums.add(8 * V::LANES), V::LANES);
            }
            let mut place = begin;
            while place < end {
                let from = self.from.add((place - begin) * V::LANES);
                if place < whole && place.is_multiple_of(8) && place + 8 <= end {
                    for k in 0..8 {
                        sums[k] = sums[k].add(V::load(from.add(k * V::LANES), V::LANES));
                    }
                    place += 8;
                } else {
                    let term = V::load(from, V::LANES);
                    if place < whole {
                        for k in 0..8 {
                            sums[k] = if place % 8 == k { sums[k].add(term) } else { sums[k] };
                        }
                    } else {
                        total = total.add(term);
                    }
                    place += 1;
                }
                if place == whole {
                    let [a, b, c, d, e, f, g, h] = sums;
                    total = (a.add(e).add(c.add(g))).add(b.add(f).add(d.add(h)));
                }
            }
            for k in 0..8 {
                sums[k].store(self.sums.add(k * V::LANES), V::LANES);
            }
            total.store(self.sums.add(8 * V::LANES), V::LANES);
            if end == count {
                for lane in 0..self.lanes {
                    *self.dbias += *self.sums.add(8 * V::LANES + lane);
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
