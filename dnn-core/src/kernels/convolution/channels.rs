//! Planes from planes by vectors along the channels that are made: weights are vectors, and what a plane holds is a factor.
//!
//! For samples that are too few to fill vectors by themselves, where the channels of a group do. The weights of a panel, as
//! many channels as one or two vectors hold, are transposed once, [read channels][KH KW][panel]; planes are read where they
//! lie. Every sum takes its terms in the order of `naive`, and only what lies in the planes is multiplied: the bits are the same.

use super::Shape;
use super::planes::Planes;
use super::reach::transpose_back;
use super::samples::View;
use super::tiles::{Panel, Sums};
use super::turned::turn;
use super::windows::Rectified;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Vectors of transposed weights of a panel.
const WEIGHTS: usize = 1280;
/// Vectors of results before they are written.
const MADE: usize = 512;

impl<T: Scalar> Planes<'_, T> {
    /// The samples that are not done, if vectors along the channels are worth it for this shape.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn by_channels<V: Vector<T>>(&mut self) {
        let Shape { large, small, kernel: [kh, kw], slide, .. } = self.shape;
        let ([rows, above, beside], read) = if self.gathers { (small, large[0]) } else { (large, small[0]) };
        let fills = rows * 2 >= V::LANES && above * beside >= 4;
        let moves = self.gathers || slide.stride == [1, 1] && self.pooled.is_none();
        #[cfg(not(feature = "deterministic"))]
        let fills = fills && !self.fills_rows::<V>();
        if self.done < self.samples && fills && moves && read * kh * kw <= WEIGHTS {
            // SAFETY: as of this function.
            unsafe { V::call(&mut Channels { of: self }) };
            self.done = self.samples;
        }
    }
}

/// All groups of the samples that are not done: a function of its own, whose memory is on the stack only while it runs.
struct Channels<'a, 'b, T> {
    of: &'a mut Planes<'b, T>,
}

impl<T: Scalar> Kernel for Channels<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let planes = &mut *self.of;
        let pooled = planes.pooled.is_some();
        let row = planes.shape.in_one_row();
        // By reference: a copy of what has just been written by scalars, by longer reads, waits for it.
        let shape = if pooled { &planes.shape } else { row.as_ref().unwrap_or(&planes.shape) };
        let Shape { groups, large, small, kernel: [kh, kw], .. } = *shape;
        // Rows and columns that no window of the pooling reads are not made.
        let whole = if pooled { [small[0], small[1] / 2 * 2, small[2] / 2 * 2] } else { small };
        let (made, read) = if planes.gathers { (whole, large) } else { (large, small) };
        let view = View { shape, gathers: planes.gathers, made, read, pooled };
        let ([rows, above, beside], [channels, height, width]) = (made, read);
        let (taps, written) = (kh * kw, view.written([above, beside]));
        if above * beside == 0 {
            return;
        }
        let numbers = match &mut planes.pooled {
            Some(numbers) if !numbers.is_empty() => numbers.as_mut_ptr(),
            _ => core::ptr::null_mut(),
        };
        let mut weights = MaybeUninit::<[V; WEIGHTS]>::uninit();
        let mut bias = MaybeUninit::<[V; 2]>::uninit();
        let mut sums = MaybeUninit::<[V; MADE]>::uninit();
        let mut kept = MaybeUninit::<[V; MADE / 4]>::uninit();
        let (weights, bias, sums, kept): (*mut T, *mut T, *mut T, *mut T) =
            (weights.as_mut_ptr().cast(), bias.as_mut_ptr().cast(), sums.as_mut_ptr().cast(), kept.as_mut_ptr().cast());
        for g in 0..groups {
            let mut r = 0;
            while r < rows {
                let two = rows - r > V::LANES && 2 * channels * taps <= WEIGHTS;
                let (vectors, most) = if two { (2, 2 * V::LANES) } else { (1, V::LANES) };
                let here = if rows - r < most { rows - r } else { most };
                let size = block(&view, MADE / vectors);
                // SAFETY: `new` has checked the lengths: group g and its channels exist in each of them; there is room for
                // the weights of a panel, for the results of a block, and for their numbers.
                unsafe {
                    let weight = planes.weight.as_ptr().add(g * rows * channels * taps);
                    turn::<V, T>(weights, weight, &view, r, here);
                    for v in 0..vectors {
                        let from = planes.bias.get(g * rows + r + v * V::LANES..).unwrap_or(&[]);
                        let lanes = if from.len() < V::LANES { from.len() } else { V::LANES };
                        V::load(from.as_ptr(), lanes).store(bias.add(v * V::LANES), V::LANES);
                    }
                    for sample in planes.done..planes.samples {
                        let own = sample * groups + g;
                        let from = planes.from.as_ptr().add(own * channels * height * width);
                        let place = (own * rows + r) * written[0] * written[1];
                        for y in (0..above).step_by(size[0]) {
                            for x in (0..beside).step_by(size[1]) {
                                let size = [(above - y, size[0]), (beside - x, size[1])];
                                let size = size.map(|(left, most)| if left < most { left } else { most });
                                let panel = Panel { view: &view, from, weights, bias, sums, at: [y, x], size };
                                match vectors {
                                    2 => V::call(&mut Sums::<T, 2> { of: &panel }),
                                    _ => V::call(&mut Sums::<T, 1> { of: &panel }),
                                }
                                if pooled {
                                    V::call(&mut Rectified {
                                        sums,
                                        to: core::ptr::null_mut(),
                                        numbers: if numbers.is_null() { numbers } else { kept },
                                        rows: vectors,
                                        size,
                                        first: [0, 0, 0],
                                        pooled: [size[0] / 2, size[1] / 2],
                                        lanes: V::LANES,
                                    });
                                    if !numbers.is_null() {
                                        let to = numbers.add(place);
                                        V::call(&mut Written { of: &panel, to, from: kept, channels: here });
                                    }
                                }
                                let to = planes.to.as_mut_ptr().add(place);
                                V::call(&mut Written { of: &panel, to, from: sums, channels: here });
                            }
                        }
                    }
                }
                r += here;
            }
        }
    }
}

/// Rows and columns of results for which there is room: whole rows if possible, and of windows two of each.
#[inline(always)]
fn block(view: &View<'_>, positions: usize) -> [usize; 2] {
    let ([_, above, beside], least) = (view.made, if view.pools() { 2 } else { 1 });
    let room = positions / least;
    let broad = if beside <= room { beside } else { room };
    let rows = positions / broad / least * least;
    [if above < rows { above } else { rows }, broad]
}

/// A block on its way from vectors to the planes of its channels.
struct Written<'a, 'b, T> {
    of: &'a Panel<'b, T>,
    /// The plane of the first channel.
    to: *mut T,
    /// As `sums` or, where they are pooled, their windows.
    from: *const T,
    channels: usize,
}

impl<T: Scalar> Kernel for Written<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let (&Panel { view, at, size, .. }, channels) = (self.of, self.channels);
        let [_, above, beside] = view.made;
        let [above, beside] = view.written([above, beside]);
        let ([height, width], [top, left]) = (view.written(size), view.written(at));
        let (lines, len) = if width < beside { (height, width) } else { (1, height * width) };
        for v in (0..channels).step_by(V::LANES) {
            for line in 0..lines {
                // SAFETY: as of this function. A full vector needs no question for each row.
                unsafe {
                    let to = self.to.add((v * above + top + line) * beside + left);
                    let from = self.from.add(v * height * width + line * len * V::LANES);
                    if channels - v >= V::LANES {
                        transpose_back::<V, T>(to, from, above * beside, V::LANES, len);
                    } else {
                        transpose_back::<V, T>(to, from, above * beside, channels - v, len);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::planes::Planes;
    use super::super::tests::levels;
    use super::super::{Shape, Slide};
    use crate::kernels::level;
    use crate::random::{Generator, Rng};
    use std::{vec, vec::Vec};

    fn random(rng: &mut Rng, count: usize) -> Vec<f32> {
        (0..count).map(|_| if rng.below(9) == 0 { 0.0 } else { rng.unit_f32() - 0.5 }).collect()
    }

    /// At every level, a sample by itself has the bits that it has in a block of samples.
    fn check(rng: &mut Rng, shape: Shape, gathers: bool, pooled: bool) {
        // As many as are a block at each level.
        let samples = 4;
        let (small, large) = (if pooled { shape.pooled() } else { shape.small() }, shape.large());
        let (made, read, channels) =
            if gathers { (small, large, shape.small[0]) } else { (large, small, shape.large[0]) };
        let (from, weight) = (random(rng, samples * read), random(rng, shape.weights()));
        let bias = random(rng, shape.groups * channels);
        for level in levels() {
            let run = |from: &[f32], blocks: bool| {
                let mut to = vec![9.0; from.len() / read * made];
                let mut planes = match pooled {
                    true => Planes::pooled(&mut to, from, &weight, &bias, shape, &mut [], true),
                    false => Planes::new(&mut to, from, &weight, &bias, shape, from.len() / read, gathers),
                };
                (planes.blocks, planes.single) = (blocks, !blocks);
                // SAFETY: `levels` lists what the machine has.
                unsafe { level::run_at(level, &mut planes) };
                let done = planes.done;
                to.truncate(done * made);
                to
            };
            let (block, alone) = (run(&from, true), run(&from[..3 * read], false));
            for (at, (a, b)) in block.iter().zip(&alone).enumerate() {
                assert!(a.to_bits() == b.to_bits(), "{level:?} {shape:?} {gathers} {pooled} [{at}]: {a} and {b}");
            }
        }
    }

    #[test]
    fn samples_by_themselves_have_the_bits_of_blocks() {
        let rng = &mut Rng::new(8);
        for case in 0..if cfg!(miri) { 4 } else { 90 } {
            let mut one_of = |most: u32| 1 + rng.below(most) as usize;
            let kernel = [one_of(4), one_of(4)];
            let slide = Slide {
                stride: [one_of(2), one_of(2)],
                padding: [one_of(3) - 1, one_of(3) - 1],
                dilation: [one_of(2), one_of(2)],
            };
            let (groups, i, o) = (one_of(2), one_of(5), one_of(if cfg!(miri) { 5 } else { 37 }));
            let positions = [1 + one_of(9), 1 + one_of(if case % 9 == 0 { 40 } else { 9 })];
            let length = |dim: usize| {
                let reach = slide.dilation[dim] * (kernel[dim] - 1) + 1;
                ((positions[dim] - 1) * slide.stride[dim] + reach).saturating_sub(2 * slide.padding[dim]).max(1)
            };
            let (large, small) = ([i, length(0), length(1)], [o, positions[0], positions[1]]);
            let shape = Shape { groups, large, small, kernel, slide };
            check(rng, shape, true, case % 2 == 0);
            check(rng, shape, false, false);
        }
    }

    /// Tiles of each width, of panels of one vector and of two, with a last line by itself and without.
    #[test]
    #[cfg(not(miri))]
    fn tiles_of_any_width_have_the_bits_of_blocks() {
        let rng = &mut Rng::new(10);
        for columns in 1..26 {
            for o in [8, 16, 17, 33] {
                let kernel = [[4, 4], [3, 5], [5, 4], [1, 2], [4, 5]][(columns + o) % 5];
                let rows = 2 + columns % 4;
                let slide = Slide { stride: [1, 1], padding: [o % 2, columns % 2], dilation: [1, 1] };
                let length = |dim: usize| [rows, columns][dim] + kernel[dim] - 1;
                let large = [2, length(0), length(1)];
                let [height, width] = [0, 1].map(|dim| [rows, columns][dim] + 2 * slide.padding[dim]);
                let shape = Shape { groups: 1, large, small: [o, height, width], kernel, slide };
                check(rng, shape, true, false);
                check(rng, shape, true, true);
                let large = [o, length(0), length(1)];
                check(rng, Shape { large, small: [2, height, width], ..shape }, false, false);
            }
        }
    }

    #[test]
    #[cfg(not(miri))]
    fn planes_that_are_cut_have_the_bits_of_blocks() {
        let rng = &mut Rng::new(9);
        let slide = Slide { stride: [1, 1], padding: [1, 1], dilation: [1, 1] };
        for [i, o, rows, columns] in [[1, 16, 31, 60], [40, 17, 12, 11], [3, 16, 3, 530], [70, 64, 8, 9]] {
            let (large, small) = ([i, rows, columns], [o, rows, columns]);
            let shape = Shape { groups: 1, large, small, kernel: [3, 3], slide };
            check(rng, shape, true, false);
            check(rng, shape, true, true);
            check(rng, shape, false, false);
        }
        let slide = Slide { padding: [0, 0], ..slide };
        let shape = Shape { groups: 1, large: [33, 9, 13], small: [20, 9, 13], kernel: [1, 1], slide };
        check(rng, shape, true, false);
        check(rng, shape, false, false);
    }
}
