//! Planes from planes by vectors along the positions, over planes that `packed` has copied: what is gathered or scattered.
//!
//! Nothing is allocated, and the copies are small: a block of positions and channels at a time, in the first cache.

use super::Shape;
use super::packed::{CAPACITY, Layout, POSITIONS, SLACK, Source, Tap, copy, zeros};
use super::planes::Planes;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

impl<T: Scalar> Planes<'_, T> {
    /// The samples from `begin` on.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn by_positions<V: Vector<T>>(&mut self, begin: usize) {
        let Shape { groups, large, small, kernel: [kh, kw], slide } = self.shape;
        let ([rows, above, beside], [channels, height, width]) =
            if self.gathers { (small, large) } else { (large, small) };
        let step = if self.gathers { [1, 1] } else { slide.stride };
        let mut packed = MaybeUninit::<[T; CAPACITY + SLACK]>::uninit();
        let mut sums = MaybeUninit::<[T; ROWS * (POSITIONS + SLACK)]>::uninit();
        for origin in (0..step[0] * step[1]).map(|phase| [phase / step[1], phase % step[1]]) {
            let count = [above, beside].map(|n| n as isize);
            let count = [0, 1].map(|dim| {
                let left = count[dim] - origin[dim] as isize;
                if left > 0 { (left as usize).div_ceil(step[dim]) } else { 0 }
            });
            if count.contains(&0) {
                continue;
            }
            let over = if self.gathers { slide.stride } else { [1, 1] };
            let source = Source { dims: [height, width], step: over, count, channels };
            let mut done = 0;
            loop {
                let layout = if self.gathers {
                    Layout::new(self.shape.taps(), done, source)
                } else {
                    Layout::new(self.shape.taps_back(origin), done, source)
                };
                let Some(layout) = layout else { break };
                for b in begin..self.samples {
                    for g in 0..groups {
                        let own = b * groups + g;
                        // SAFETY: `new` has checked the lengths: sample b and group g exist in each of them.
                        let mut group = unsafe {
                            Group {
                                to: self.to.as_mut_ptr().add(own * rows * above * beside),
                                from: self.from.as_ptr().add(own * channels * height * width),
                                weight: self.weight.as_ptr().add(g * rows * channels * kh * kw),
                                bias: self.bias.get(g * rows..).unwrap_or(&[]),
                                steps: if self.gathers { [channels, 1] } else { [1, rows] }.map(|n| n * kh * kw),
                                rows,
                                to_dims: [above, beside],
                                origin,
                                step,
                                layout: &layout,
                                first: done == 0,
                                packed: packed.as_mut_ptr().cast(),
                                sums: sums.as_mut_ptr().cast(),
                            }
                        };
                        // SAFETY: as of this function.
                        unsafe { group.blocks::<V>(source) };
                    }
                }
                done += layout.taps().len();
            }
            if done == 0 {
                self.bias_alone(origin, step, [rows, above, beside]);
            }
        }
    }

    /// The positions that no element of the window meets.
    #[inline(never)]
    fn bias_alone(&mut self, origin: [usize; 2], step: [usize; 2], [rows, above, beside]: [usize; 3]) {
        let channels = rows * self.shape.groups;
        for (number, plane) in self.to.chunks_exact_mut(above * beside).enumerate() {
            let bias = self.bias.get(number % channels).copied().unwrap_or(T::ZERO);
            for y in (origin[0]..above).step_by(step[0]) {
                for x in (origin[1]..beside).step_by(step[1]) {
                    plane[y * beside + x] = bias;
                }
            }
        }
    }
}

/// Rows of results that are computed before they are written.
const ROWS: usize = 12;

/// One group of one sample.
struct Group<'a, T> {
    to: *mut T,
    from: *const T,
    weight: *const T,
    /// That of the group's rows, or nothing.
    bias: &'a [T],
    /// The distances in the weights from row to row and from channel to channel.
    steps: [usize; 2],
    /// The channels that are made.
    rows: usize,
    to_dims: [usize; 2],
    /// The results are every `step`-th one from `origin` on.
    origin: [usize; 2],
    step: [usize; 2],
    layout: &'a Layout,
    /// Whether the sums begin with the bias; otherwise they are added to what is there.
    first: bool,
    packed: *mut T,
    sums: *mut T,
}

impl<T: Scalar> Group<'_, T> {
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
                        let from = self.from.add(c * source.dims[0] * source.dims[1]);
                        self.layout.copy::<V, T>(self.packed, from, here, [y, x]);
                        // What a last vector reads beyond the copies is dropped, but it must be there.
                        zeros::<V, T>(self.packed.add(here * self.layout.plane()), V::LANES);
                        let mut r = 0;
                        macro_rules! tiles {
                            ($($rows:literal)*) => {$(
                                while $rows <= V::ROWS && self.rows - r >= $rows {
                                    self.rows::<V, $rows>(r, [c, here], [y, x], size);
                                    r += $rows;
                                }
                            )*};
                        }
                        tiles!(12 8 6 4 2 1);
                    }
                    x += block[1];
                }
                y += block[0];
            }
            c += here;
        }
    }

    /// R rows of a block, from row r on: the sums, and then their way to the result.
    ///
    /// # Safety
    /// As of `blocks`.
    #[inline(always)]
    unsafe fn rows<V: Vector<T>, const R: usize>(
        &mut self,
        r: usize,
        [channel, channels]: [usize; 2],
        at: [usize; 2],
        size: [usize; 2],
    ) {
        let starts = self.first && channel == 0;
        let mut start = [T::ZERO; R];
        if starts {
            for n in 0..R {
                start[n] = self.bias.get(r + n).copied().unwrap_or(T::ZERO);
            }
        }
        let pitch = self.layout.pitch();
        // SAFETY: as of this function.
        unsafe {
            let weight = self.weight.add(r * self.steps[0] + channel * self.steps[1]);
            V::call(&mut Tiles::<T, R> {
                sums: self.sums,
                packed: self.packed,
                weight,
                taps: self.layout.taps(),
                start,
                channels,
                plane: self.layout.plane(),
                steps: self.steps,
                positions: (size[0] - 1) * pitch + size[1],
            });
            let [height, width] = self.to_dims;
            for n in 0..R {
                for y in 0..size[0] {
                    let row = (r + n) * height + self.origin[0] + (at[0] + y) * self.step[0];
                    let to = self.to.add(row * width + self.origin[1] + at[1] * self.step[1]);
                    let from = self.sums.add(n * (POSITIONS + SLACK) + y * pitch);
                    match (starts, self.step[1]) {
                        (true, 1) => copy::<V, T>(to, from, size[1]),
                        (false, 1) => add::<V, T>(to, from, size[1]),
                        (_, step) => {
                            for x in 0..size[1] {
                                let to = to.add(x * step);
                                *to = *from.add(x) + if starts { T::ZERO } else { *to };
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Adds `len` scalars to others.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many on both sides.
#[inline(always)]
unsafe fn add<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, len: usize) {
    // SAFETY: as of this function.
    unsafe {
        let mut i = 0;
        while i + V::LANES <= len {
            V::load(to.add(i), V::LANES).add(V::load(from.add(i), V::LANES)).store(to.add(i), V::LANES);
            i += V::LANES;
        }
        let rest = (len - i) % V::LANES;
        if rest > 0 {
            V::load(to.add(i), rest).add(V::load(from.add(i), rest)).store(to.add(i), rest);
        }
    }
}

/// sums[r][p] = start[r] + sum over channels c and taps t of w[r][c][t] packed[c][at(t) + p], for R rows and all positions
/// p of a block: a function of its own, whose registers LLVM handles well.
struct Tiles<'a, T, const R: usize> {
    sums: *mut T,
    packed: *const T,
    weight: *const T,
    taps: &'a [Tap],
    start: [T; R],
    channels: usize,
    plane: usize,
    steps: [usize; 2],
    positions: usize,
}

impl<T: Scalar, const R: usize> Kernel for Tiles<'_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let mut p = 0;
        // SAFETY: as of this function; vectors that begin at a position end in the slack at the latest.
        unsafe {
            // Fewer rows leave registers for more vectors, which hide the latency of an addition.
            macro_rules! wide {
                ($vectors:literal) => {
                    while p + $vectors * V::LANES <= self.positions {
                        self.tile::<V, $vectors>(p);
                        p += $vectors * V::LANES;
                    }
                };
            }
            if V::ROWS == 12 && R <= 6 || R <= 2 {
                wide!(4);
            }
            wide!(2);
            while p < self.positions {
                self.tile::<V, 1>(p);
                p += V::LANES;
            }
        }
    }
}

impl<T: Scalar, const R: usize> Tiles<'_, T, R> {
    /// C vectors of positions from p on.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and what the fields say exists.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const C: usize>(&mut self, p: usize) {
        // SAFETY: as of this function.
        unsafe {
            let mut sums = [[V::splat(T::ZERO); C]; R];
            for r in 0..R {
                sums[r] = [V::splat(self.start[r]); C];
            }
            let (taps, [row, channel], plane) = (self.taps, self.steps, self.plane);
            let (mut weight, mut packed) = (self.weight, self.packed.add(p));
            for _ in 0..self.channels {
                for tap in taps {
                    let (weight, packed) = (weight.add(tap.weight), packed.add(tap.at));
                    let mut terms = [V::splat(T::ZERO); C];
                    for c in 0..C {
                        terms[c] = V::load(packed.add(c * V::LANES), V::LANES);
                    }
                    for r in 0..R {
                        let factor = V::splat(*weight.add(r * row));
                        for c in 0..C {
                            sums[r][c] = factor.mul_add(terms[c], sums[r][c]);
                        }
                    }
                }
                (weight, packed) = (weight.wrapping_add(channel), packed.wrapping_add(plane));
            }
            for r in 0..R {
                for c in 0..C {
                    sums[r][c].store(self.sums.add(r * (POSITIONS + SLACK) + p + c * V::LANES), V::LANES);
                }
            }
        }
    }
}
