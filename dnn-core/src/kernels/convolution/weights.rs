//! The gradient of the weight by dot products along the positions, over planes that `packed` has copied.

use super::Shape;
use super::packed::{CAPACITY, Layout, POSITIONS, SLACK, Source, Tap, copy, zeros};
use super::planes::Weights;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

impl<T: Scalar> Weights<'_, T> {
    /// The samples from `begin` on.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn by_positions<V: Vector<T>>(&mut self, begin: usize) {
        let Shape { groups, large: [channels, height, width], small: [rows, above, beside], kernel, slide } =
            self.shape;
        let mut packed = MaybeUninit::<[T; CAPACITY + SLACK]>::uninit();
        let mut small = MaybeUninit::<[T; 6 * (POSITIONS + SLACK)]>::uninit();
        let source = Source { dims: [height, width], step: slide.stride, count: [above, beside], channels };
        let mut done = 0;
        while let Some(layout) = Layout::new(self.shape.taps(), done, source) {
            for b in begin..self.samples {
                for g in 0..groups {
                    let own = b * groups + g;
                    // SAFETY: `new` has checked the lengths: sample b and group g exist in each of them.
                    let mut group = unsafe {
                        Products {
                            dweight: self.dweight.as_mut_ptr().add(g * rows * channels * kernel[0] * kernel[1]),
                            large: self.large.as_ptr().add(own * channels * height * width),
                            small: self.small.as_ptr().add(own * rows * above * beside),
                            kernel: kernel[0] * kernel[1],
                            rows,
                            layout: &layout,
                            packed: packed.as_mut_ptr().cast(),
                            copied: small.as_mut_ptr().cast(),
                        }
                    };
                    // SAFETY: as of this function.
                    unsafe { group.blocks::<V>(source) };
                }
            }
            done += layout.taps().len();
        }
    }
}

/// One group of one sample.
struct Products<'a, T> {
    dweight: *mut T,
    large: *const T,
    small: *const T,
    /// KH KW
    kernel: usize,
    /// The channels of the small planes.
    rows: usize,
    layout: &'a Layout,
    packed: *mut T,
    /// Some rows of the small planes, as wide as the copies.
    copied: *mut T,
}

impl<T: Scalar> Products<'_, T> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn blocks<V: Vector<T>>(&mut self, source: Source) {
        let Layout { block, channels, .. } = *self.layout;
        let mut c = 0;
        while c < source.channels {
            let here = if source.channels - c < channels { source.channels - c } else { channels };
            let mut y = 0;
            while y < source.count[0] {
                let mut x = 0;
                while x < source.count[1] {
                    let size = [0, 1].map(|dim| {
                        let left = source.count[dim] - [y, x][dim];
                        if left < block[dim] { left } else { block[dim] }
                    });
                    // SAFETY: as of this function; a block is inside the positions, and its copy has room.
                    unsafe {
                        let from = self.large.add(c * source.dims[0] * source.dims[1]);
                        self.layout.copy::<V, T>(self.packed, from, here, [y, x]);
                        // What a last vector reads beyond the copies is multiplied by zero: it must be a number.
                        zeros::<V, T>(self.packed.add(here * self.layout.plane()), V::LANES);
                        let mut r = 0;
                        macro_rules! tiles {
                            ($($rows:literal)*) => {$(
                                while $rows <= V::SAMPLES && self.rows - r >= $rows {
                                    self.rows::<V, $rows>(r, [c, here, source.channels], [y, x], size, source.count);
                                    r += $rows;
                                }
                            )*};
                        }
                        tiles!(6 4 3 2 1);
                    }
                    x += block[1];
                }
                y += block[0];
            }
            c += here;
        }
    }

    /// R rows of the small planes, from row r on, times all that is copied.
    ///
    /// # Safety
    /// As of `blocks`.
    #[inline(always)]
    unsafe fn rows<V: Vector<T>, const R: usize>(
        &mut self,
        r: usize,
        [channel, here, channels]: [usize; 3],
        at: [usize; 2],
        size: [usize; 2],
        [above, beside]: [usize; 2],
    ) {
        let pitch = self.layout.pitch();
        // SAFETY: as of this function.
        unsafe {
            for n in 0..R {
                let to = self.copied.add(n * (POSITIONS + SLACK));
                zeros::<V, T>(to, size[0] * pitch);
                for y in 0..size[0] {
                    let from = self.small.add(((r + n) * above + at[0] + y) * beside + at[1]);
                    copy::<V, T>(to.add(y * pitch), from, size[1]);
                }
            }
            V::call(&mut Dots::<T, R> {
                dweight: self.dweight.add((r * channels + channel) * self.kernel),
                row: channels * self.kernel,
                kernel: self.kernel,
                copied: self.copied,
                packed: self.packed,
                taps: self.layout.taps(),
                channels: here,
                plane: self.layout.plane(),
                positions: (size[0] - 1) * pitch + size[1],
            });
        }
    }
}

/// dw[r][c][t] += sum over the positions p of small[r][p] packed[c][at(t) + p], for R rows.
struct Dots<'a, T, const R: usize> {
    dweight: *mut T,
    /// From row to row of dw.
    row: usize,
    kernel: usize,
    copied: *const T,
    packed: *const T,
    taps: &'a [Tap],
    channels: usize,
    plane: usize,
    positions: usize,
}

impl<T: Scalar, const R: usize> Kernel for Dots<'_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // Four elements at a time, whatever their channel; the last ones may be fewer, and are then there several times.
        let (mut at, mut to, mut found) = ([0; 4], [0; 4], 0);
        for c in 0..self.channels {
            for (t, tap) in self.taps.iter().enumerate() {
                (at[found], to[found]) = (c * self.plane + tap.at, c * self.kernel + tap.weight);
                found += 1;
                let is_last = c + 1 == self.channels && t + 1 == self.taps.len();
                if found == 4 || is_last {
                    // SAFETY: as of this function; the places are those of elements.
                    unsafe { self.tile::<V>(at, to, found) };
                    found = 0;
                }
            }
        }
    }
}

impl<T: Scalar, const R: usize> Dots<'_, T, R> {
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>>(&mut self, at: [usize; 4], to: [usize; 4], found: usize) {
        // SAFETY: as of this function; vectors that begin at a position end in the slack at the latest.
        unsafe {
            let mut sums = [[V::splat(T::ZERO); 4]; R];
            let packed = at.map(|at| self.packed.add(at));
            let mut p = 0;
            while p < self.positions {
                let mut rows = [V::splat(T::ZERO); R];
                for r in 0..R {
                    rows[r] = V::load(self.copied.add(r * (POSITIONS + SLACK) + p), V::LANES);
                }
                for n in 0..4 {
                    let term = V::load(packed[n].add(p), V::LANES);
                    for r in 0..R {
                        sums[r][n] = rows[r].mul_add(term, sums[r][n]);
                    }
                }
                p += V::LANES;
            }
            for r in 0..R {
                let sums = V::sums(sums[r]);
                for n in 0..found {
                    *self.dweight.add(r * self.row + to[n]) += sums[n];
                }
            }
        }
    }
}
