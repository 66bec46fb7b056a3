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
pub(super) mod tests {
    use super::super::planes::{Planes, Weights};
    use super::super::tests::{Sums, levels, products};
    use super::super::{Shape, Slide, sum_of_eight};
    use super::Sum;
    use crate::kernels::level::{self, Kernel, Level, Vector};
    use crate::random::{Generator, Rng};
    use crate::scalar::Scalar;
    use std::{vec, vec::Vec};

    fn random<T: Scalar>(rng: &mut Rng, count: usize) -> Vec<T> {
        let value = |rng: &mut Rng| match rng.below(12) {
            0 => 0.0,
            1 => -0.0,
            2..6 => (rng.below(5) as f32 - 2.0) / 2.0,
            _ => rng.unit_f32() - 0.5,
        };
        (0..count).map(|_| T::from_f64(f64::from(value(rng)))).collect()
    }

    #[track_caller]
    fn same<T: Scalar>(a: &[T], b: &[T], what: &dyn core::fmt::Debug) {
        assert_eq!(a.len(), b.len());
        for (at, (a, b)) in a.iter().zip(b).enumerate() {
            assert!(a.to_f64().to_bits() == b.to_f64().to_bits(), "{what:?} [{at}]: {a} and {b}");
        }
    }

    /// The first `len` have the bits with the feature `deterministic`, else what the terms add up to.
    #[track_caller]
    fn exact_or<T: Scalar>(a: &[T], bits: &[T], len: usize, sums: &Sums, what: &dyn core::fmt::Debug) {
        if cfg!(feature = "deterministic") {
            return same(&a[..len], &bits[..len], what);
        }
        let compute = |to: &mut [T]| {
            to[..len].copy_from_slice(&a[..len]);
            len
        };
        sums.check(&[], compute, what);
    }

    /// Places of the four elements of each window of a batch, window after window.
    fn windows(shape: &Shape, samples: usize) -> Vec<[usize; 4]> {
        let [o, oh, ow] = [shape.groups * shape.small[0] * samples, shape.small[1], shape.small[2]];
        let places = (0..o).flat_map(|o| (0..oh / 2).flat_map(move |y| (0..ow / 2).map(move |x| [o, 2 * y, 2 * x])));
        places.map(|[o, y, x]| [0, 1, 2, 3].map(|k| (o * oh + y + k / 2) * ow + x + k % 2)).collect()
    }

    /// The same samples with each block of at most so many of the first `done` ones innermost, if that is asked for.
    fn laid<T: Scalar>(values: &[T], own: usize, done: usize, most: usize, inner: bool) -> Vec<T> {
        let mut laid = values.to_vec();
        for begin in (0..if inner { done } else { 0 }).step_by(most) {
            let lanes = most.min(done - begin);
            for (lane, place) in (0..lanes).flat_map(|lane| (0..own).map(move |place| (lane, place))) {
                laid[begin * own + place * lanes + lane] = values[(begin + lane) * own + place];
            }
        }
        laid
    }

    /// At every level, blocks of samples have the bits of the three steps one after the other, wherever samples are innermost,
    /// but for gradients whose sums have another order: those have what their terms, whose gradients are not zero, add up to,
    /// and the same bits wherever samples are innermost.
    pub(in super::super) fn check<T: Scalar>(rng: &mut Rng, shape: Shape, samples: usize) {
        let (windows, own) = (windows(&shape, samples), shape.pooled());
        let (x, dy): (Vec<T>, Vec<T>) = (random(rng, samples * shape.large()), random(rng, windows.len()));
        let (weight, bias): (Vec<T>, Vec<T>) =
            (random(rng, shape.weights()), random(rng, shape.groups * shape.small[0]));
        for level in levels() {
            let what = (level, shape, samples);
            // SAFETY: `levels` lists what the machine has.
            let run = |mut planes: Planes<'_, T>| unsafe {
                planes.single = false;
                level::run_at(level, &mut planes);
                planes.done
            };
            let (zero, nine) = (T::ZERO, T::from_f64(9.0));
            let mut m = vec![zero; samples * shape.small()];
            run(Planes::new(&mut m, &x, &weight, &bias, shape, samples, true));
            let (mut y, mut numbers, mut dm) = (vec![zero; dy.len()], vec![-T::ONE; dy.len()], vec![zero; m.len()]);
            for (at, window) in windows.iter().enumerate() {
                let four = window.map(|place| if m[place] < zero { zero } else { m[place] });
                let first = (1..4).fold(0, |best, k| if four[k] > four[best] { k } else { best });
                y[at] = four[first];
                if y[at] > zero {
                    numbers[at] = T::from_usize(first);
                    dm[window[first]] = zero + dy[at];
                }
            }
            let (mut dx, mut dw) = (vec![zero; x.len()], weight.clone());
            let (mut scattered, mut gradient) = (Sums::new(dx.iter().copied()), Sums::new(dw.iter().copied()));
            run(Planes::new(&mut dx, &dm, &weight, &[], shape, samples, false));
            let most = match level {
                Level::Avx512 => 64 / size_of::<T>(),
                Level::Avx2 => 32 / size_of::<T>(),
                Level::Neon => 16 / size_of::<T>(),
                Level::Portable => 4,
            };
            let mut done = None;
            // One other way for each number of samples.
            let other = [[true; 2], [true, false], [false, true]][samples % 3];
            for inner in [[false; 2], other] {
                let what = (what, inner);
                let [x_inner, y_inner] = inner;
                let whole = shape.large();
                let (mut one, mut kept) = (vec![nine; y.len()], vec![nine; y.len()]);
                // How many samples go in blocks is known behind the first call.
                let of_x = laid(&x, whole, done.unwrap_or(0), most, x_inner);
                let planes = Planes::pooled(&mut one, &of_x, &weight, &bias, shape, &mut kept, true);
                let now = run(Planes { inner, ..planes });
                let done = *done.get_or_insert(now);
                assert_eq!(now, done);
                let of_y = laid(&y, own, done, most, y_inner);
                same(&one[..done * own], &of_y[..done * own], &("y", what));
                let of_numbers = laid(&numbers, own, done, most, true);
                same(&kept[..done * own], &of_numbers[..done * own], &("numbers", what));
                one.fill(nine);
                let planes = Planes::pooled(&mut one, &of_x, &weight, &bias, shape, &mut [], true);
                run(Planes { inner, ..planes });
                same(&one[..done * own], &of_y[..done * own], &("y alone", what));
                let of_dy = laid(&dy, own, done, most, y_inner);
                let mut one = vec![zero; x.len()];
                let planes = Planes::pooled(&mut one, &of_dy, &weight, &[], shape, &mut kept, false);
                assert_eq!(run(Planes { inner: [y_inner, x_inner], ..planes }), done);
                if inner == [false; 2] {
                    products(&shape, done, |small, large, w| {
                        if dm[small] != zero {
                            scattered.add(large, dm[small], weight[w]);
                            gradient.add(w, x[large], dm[small]);
                        }
                    });
                    exact_or(&one, &dx, done * whole, &scattered, &("dx", what));
                    dx.copy_from_slice(&one);
                }
                let of_dx = laid(&dx, whole, done, most, x_inner);
                same(&one[..done * whole], &of_dx[..done * whole], &("dx", what));
                // SAFETY: as above.
                let run = |mut weights: Weights<'_, T>| unsafe {
                    level::run_at(level, &mut weights);
                    weights.done
                };
                if inner == [false; 2] {
                    run(Weights::new(&mut dw, &x[..done * whole], &dm[..done * shape.small()], shape));
                }
                let (mut one, mut db) = (weight.clone(), vec![T::from_f64(0.5); bias.len()]);
                let (of_x, of_dy, kept) = (&of_x[..done * whole], &of_dy[..done * own], &kept[..done * own]);
                let weights = Weights::pooled(&mut one, &mut db, of_x, of_dy, shape, kept);
                assert_eq!(run(Weights { inner, ..weights }), done);
                if inner == [false; 2] {
                    exact_or(&one, &dw, one.len(), &gradient, &("dw", what));
                    dw.copy_from_slice(&one);
                }
                same(&one, &dw, &("dw", what));
                let plane = shape.small[1] * shape.small[2];
                for (o, db) in db.iter().enumerate() {
                    let of = |sample: usize| &dm[(sample * bias.len() + o) * plane..][..plane];
                    let sum: f64 = (0..done).flat_map(of).map(|d| d.to_f64()).sum();
                    assert!((db.to_f64() - 0.5 - sum).abs() < 1e-4, "{what:?}: {db} and {sum}");
                }
            }
        }
    }

    /// The sum of planes of `count` scalars in two parts, and how many sums differ from those of whole planes.
    struct Parts<T> {
        values: [T; 40],
        places: [usize; 2],
        wrong: usize,
    }

    impl<T: Scalar> Kernel for Parts<T> {
        type Scalar = T;

        unsafe fn run<V: Vector<T>>(&mut self) {
            let [cut, count] = self.places;
            for lanes in 1..=V::LANES {
                let value = |place: usize, lane: usize| self.values[(place * 7 + lane * 3) % 40];
                let from: Vec<T> = (0..count * V::LANES).map(|at| value(at / V::LANES, at % V::LANES)).collect();
                let (mut found, mut sums) = (T::from_f64(0.5), vec![T::from_f64(9.0); 9 * V::LANES]);
                for [begin, end] in [[0, cut], [cut, count]] {
                    let places = [begin, end, count];
                    let (dbias, sums) = (&raw mut found, sums.as_mut_ptr());
                    let mut part = Sum { dbias, sums, from: from[begin * V::LANES..].as_ptr(), places, lanes };
                    // SAFETY: as of this function; the planes are as long, and there is room for nine sums.
                    unsafe { part.run::<V>() };
                }
                let mut wanted = T::from_f64(0.5);
                for lane in 0..lanes {
                    let plane: Vec<T> = (0..count).map(|place| value(place, lane)).collect();
                    let (eights, rest) = plane.as_chunks::<8>();
                    let mut sums = [T::ZERO; 8];
                    eights.iter().for_each(|eight| (0..8).for_each(|k| sums[k] += eight[k]));
                    wanted += sum_of_eight(sums, rest);
                }
                self.wrong += usize::from(found.to_f64().to_bits() != wanted.to_f64().to_bits());
            }
        }
    }

    #[test]
    fn sums_of_planes_in_parts_have_the_bits_of_whole_ones() {
        let values = random::<f32>(&mut Rng::new(4), 40).try_into().expect("as many");
        for level in levels() {
            for count in 2..if cfg!(miri) { 10 } else { 40 } {
                for cut in 1..count {
                    let mut parts = Parts { values, places: [cut, count], wrong: 0 };
                    // SAFETY: `levels` lists what the machine has.
                    unsafe { level::run_at(level, &mut parts) };
                    assert_eq!(parts.wrong, 0, "{level:?}: {count} in parts of {cut}");
                }
            }
        }
    }

    #[test]
    fn blocks_of_samples_have_the_bits_of_the_three_steps() {
        let rng = &mut Rng::new(5);
        for case in 0..if cfg!(miri) { 3 } else { 60 } {
            let mut one_of = |most: u32| 1 + rng.below(most) as usize;
            let kernel = [one_of(4), one_of(5)];
            let slide = Slide {
                stride: [one_of(2), one_of(2)],
                padding: [one_of(3) - 1, one_of(3) - 1],
                dilation: [one_of(2), one_of(2)],
            };
            let most = if cfg!(miri) { 3 } else { 11 };
            let (groups, i, o) = (one_of(2), one_of(4), one_of(if cfg!(miri) { 3 } else { 15 }));
            let positions = [1 + one_of(most), 1 + one_of(most)];
            let length = |dim: usize| {
                let reach = slide.dilation[dim] * (kernel[dim] - 1) + 1;
                ((positions[dim] - 1) * slide.stride[dim] + reach).saturating_sub(2 * slide.padding[dim]).max(1)
            };
            let (large, small) = ([i, length(0), length(1)], [o, positions[0], positions[1]]);
            let samples = if case < 20 { case } else { one_of(40) };
            let (shape, samples) =
                (Shape { groups, large, small, kernel, slide }, if cfg!(miri) { 2 } else { samples });
            if case % 3 == 2 {
                check::<f64>(rng, shape, samples);
            } else {
                check::<f32>(rng, shape, samples);
            }
        }
    }

    /// Windows that move by one, of every size that has a tile of its own, of sizes that are cut, and one that is too long.
    #[test]
    fn kernels_of_every_size_have_the_sums_of_the_three_steps() {
        let rng = &mut Rng::new(7);
        let tiles = (3..=5).flat_map(|kh| (3..=5).map(move |kw| [kh, kw]));
        let cut = [[6, 3], [3, 6], [7, 4], [5, 7], [8, 3], [13, 3], [3, 14]];
        for (case, [kh, kw]) in tiles.chain(cut).enumerate().take(if cfg!(miri) { 1 } else { 16 }) {
            let mut one_of = |most: u32| 1 + rng.below(most) as usize;
            let (groups, i, o) = (one_of(2), one_of(8), one_of(6));
            let padding = [one_of(4) - 1, one_of(4) - 1];
            let positions = [1 + one_of(7), 1 + one_of(7)];
            let [height, width] =
                [0, 1].map(|d| (positions[d] + [kh, kw][d] - 1).saturating_sub(2 * padding[d]).max(1));
            // Windows meet as many further zeros behind the planes.
            let more = [case / 2 % 3, case % 3];
            let positions = [height + 2 * padding[0] + 1 + more[0] - kh, width + 2 * padding[1] + 1 + more[1] - kw];
            let shape = Shape {
                groups,
                large: [i, height, width],
                small: [o, positions[0], positions[1]],
                kernel: [kh, kw],
                slide: Slide { stride: [1, 1], padding, dilation: [1, 1] },
            };
            let samples = if cfg!(miri) { 2 } else { one_of(20) };
            if case % 3 == 1 {
                check::<f64>(rng, shape, samples.div_ceil(2));
            } else {
                check::<f32>(rng, shape, samples);
            }
        }
    }

    /// A product that is left out has a gradient of zero, and a zero around the planes meets no element of x.
    #[test]
    #[cfg(not(miri))]
    fn an_infinite_input_leaves_finite_what_the_three_steps_leave_finite() {
        let rng = &mut Rng::new(77);
        for kernel in [[3, 3], [3, 5], [5, 5], [6, 4], [5, 7]] {
            for padding in [[0, 0], [1, 2], [2, 1], [3, 3]] {
                let large = [2, 7, 8];
                let small = [3, 8 + 2 * padding[0] - kernel[0], 9 + 2 * padding[1] - kernel[1]];
                let slide = Slide { stride: [1, 1], padding, dilation: [1, 1] };
                let (shape, samples) = (Shape { groups: 1, large, small, kernel, slide }, 16);
                let windows = windows(&shape, samples);
                let (mut x, dy): (Vec<f32>, Vec<f32>) =
                    (random(rng, samples * shape.large()), random(rng, windows.len()));
                let at = rng.below(x.len() as u32) as usize;
                x[at] = f32::INFINITY;
                let numbers: Vec<f32> = windows.iter().map(|_| rng.below(5) as f32 - 1.0).collect();
                let mut dm = vec![0.0; samples * shape.small()];
                for ((window, number), dy) in windows.iter().zip(&numbers).zip(&dy) {
                    if *number >= 0.0 {
                        dm[window[*number as usize]] = *dy;
                    }
                }
                let mut want = vec![0.0; shape.weights()];
                products(&shape, samples, |small, large, w| want[w] += dm[small] * x[large]);
                for level in levels() {
                    let most = match level {
                        Level::Avx512 => 16,
                        Level::Avx2 => 8,
                        Level::Neon | Level::Portable => 4,
                    };
                    let kept = laid(&numbers, shape.pooled(), samples, most, true);
                    let (mut dw, mut db) = (vec![0.0; want.len()], [0.0; 3]);
                    let mut weights = Weights::pooled(&mut dw, &mut db, &x, &dy, shape, &kept);
                    // SAFETY: `levels` lists what the machine has.
                    unsafe { level::run_at(level, &mut weights) };
                    assert_eq!(weights.done, samples);
                    for (at, (dw, want)) in dw.iter().zip(&want).enumerate() {
                        let worse = want.is_finite() && !dw.is_finite();
                        assert!(!worse, "{level:?} {kernel:?} {padding:?} [{at}]: {dw} and not {want}");
                    }
                }
            }
        }
    }

    #[test]
    #[cfg(not(miri))]
    fn planes_that_are_cut_have_the_bits_of_the_three_steps() {
        let rng = &mut Rng::new(6);
        let slide = Slide { stride: [1, 1], padding: [1, 1], dilation: [1, 1] };
        for [i, o, rows, columns, samples] in
            [[1, 2, 31, 60, 19], [40, 9, 12, 11, 5], [3, 17, 3, 190, 5], [9, 60, 8, 9, 5]]
        {
            let (large, small) = ([i, rows, columns], [o, rows, columns]);
            check::<f32>(rng, Shape { groups: 1, large, small, kernel: [3, 3], slide }, samples);
        }
        // Around the most channels whose windows and tables `picked` has room for: 26 of f32 with AVX-512, 20 of f64.
        let slide = Slide { padding: [0, 0], ..slide };
        for channels in [20, 21, 26, 27] {
            let shape = Shape { groups: 1, large: [6, 14, 14], small: [channels, 12, 12], kernel: [3, 3], slide };
            if channels > 21 { check::<f32>(rng, shape, 4) } else { check::<f64>(rng, shape, 2) }
        }
        let slide = Slide { padding: [1, 1], ..slide };
        // Two rows of positions at a time, with zeros above and below alone.
        let tall = Slide { padding: [1, 0], ..slide };
        let shape = Shape { groups: 1, large: [2, 8, 122], small: [2, 8, 120], kernel: [3, 3], slide: tall };
        check::<f32>(rng, shape, 5);
        let (large, small) = ([2, 17, 40], [3, 17, 40]);
        check::<f64>(rng, Shape { groups: 1, large, small, kernel: [3, 3], slide }, 5);
    }
}
