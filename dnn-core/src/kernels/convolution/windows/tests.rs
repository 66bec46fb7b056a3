//! Pooled planes and their gradients against the three steps one after the other.

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
    let (weight, bias): (Vec<T>, Vec<T>) = (random(rng, shape.weights()), random(rng, shape.groups * shape.small[0]));
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
        let (shape, samples) = (Shape { groups, large, small, kernel, slide }, if cfg!(miri) { 2 } else { samples });
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
        let [height, width] = [0, 1].map(|d| (positions[d] + [kh, kw][d] - 1).saturating_sub(2 * padding[d]).max(1));
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
            let (mut x, dy): (Vec<f32>, Vec<f32>) = (random(rng, samples * shape.large()), random(rng, windows.len()));
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
    for [i, o, rows, columns, samples] in [[1, 2, 31, 60, 19], [40, 9, 12, 11, 5], [3, 17, 3, 190, 5], [9, 60, 8, 9, 5]]
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
