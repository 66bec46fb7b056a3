//! Planes from planes by vectors along the channels that are made: weights are vectors, and what a plane holds is a factor.
//!
//! For samples that are too few to fill vectors by themselves, where the channels of a group do. The weights of a panel, as
//! many channels as one or two vectors hold, are transposed once, [read channels][KH KW][panel]; planes are read where they
//! lie. Every sum takes its terms in the order of `naive`, and only what lies in the planes is multiplied: the bits are the same.

use super::Shape;
use super::planes::Planes;
use super::reach::transpose_back;
use super::samples::View;
use super::windows::Rectified;
use crate::kernels::columns::transpose;
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
                let size = block(&view, vectors);
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
fn block(view: &View<'_>, vectors: usize) -> [usize; 2] {
    let ([_, above, beside], least) = (view.made, if view.pools() { 2 } else { 1 });
    let room = MADE / vectors / least;
    let broad = if beside <= room { beside } else { room };
    let rows = MADE / vectors / broad / least * least;
    [if above < rows { above } else { rows }, broad]
}

/// The weights of `here` channels from channel r on of a group, which begins at `from`, as [read channels][KH KW][panel].
///
/// # Safety
/// The machine has the instructions of `V`, the channels exist, and there is room for the panel.
#[inline(always)]
unsafe fn turn<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, view: &View<'_>, r: usize, here: usize) {
    let (taps, channels) = (view.shape.kernel[0] * view.shape.kernel[1], view.read[0]);
    let next = here.next_multiple_of(V::LANES);
    for v in (0..here).step_by(V::LANES) {
        let lanes = if here - v < V::LANES { here - v } else { V::LANES };
        // SAFETY: as of this function.
        unsafe {
            if view.gathers {
                let (from, row) = (from.add((r + v) * channels * taps), channels * taps);
                V::call(&mut Turned { to: to.add(v), next, from, row, lanes, len: row });
            } else {
                for c in 0..channels {
                    let (to, from) = (to.add(c * taps * next + v), from.add((c * view.made[0] + r + v) * taps));
                    V::call(&mut Turned { to, next, from, row: taps, lanes, len: taps });
                }
            }
        }
    }
}

/// [`transpose`], out of line.
struct Turned<T> {
    to: *mut T,
    next: usize,
    from: *const T,
    row: usize,
    lanes: usize,
    len: usize,
}

impl<T: Scalar> Kernel for Turned<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Turned { to, next, from, row, lanes, len } = *self;
        // SAFETY: as of this function. A full vector needs no question for each row.
        unsafe {
            if lanes == V::LANES {
                transpose::<V, T>(to, next, from, row, [V::LANES, len]);
            } else {
                transpose::<V, T>(to, next, from, row, [lanes, len]);
            }
        }
    }
}

/// A block of results of a panel.
struct Panel<'a, T> {
    view: &'a View<'a>,
    /// The planes of the sample and the group.
    from: *const T,
    /// [read channels][KH KW][panel]
    weights: *const T,
    /// [panel]
    bias: *const T,
    /// For each vector of the panel [rows, columns], its channels innermost.
    sums: *mut T,
    /// The first row and column.
    at: [usize; 2],
    /// Rows and columns.
    size: [usize; 2],
}

/// The sums of a block for a panel of N vectors.
struct Sums<'a, 'b, T, const N: usize> {
    of: &'a Panel<'b, T>,
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
        macro_rules! tiles {
            ($($columns:literal)*) => {
                match columns {
                    $($columns if N * $columns <= V::ROWS => {
                        if self.next[0] == 1 {
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
                        let mut terms = [V::splat(T::ZERO); N];
                        for n in 0..N {
                            terms[n] = V::load(factor.add(n * V::LANES), V::LANES);
                        }
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
