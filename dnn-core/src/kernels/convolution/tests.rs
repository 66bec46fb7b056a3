//! The kernels at every level that the machine has, against sums in f64.

use super::planes::{Planes, Weights};
use super::{Shape, Slide};
use crate::kernels::level;
pub(super) use crate::kernels::tests::{levels, margin};
use crate::random::{Generator, Rng};
use crate::scalar::Scalar;
use std::{vec, vec::Vec};

fn random<T: Scalar>(rng: &mut Rng, count: usize) -> Vec<T> {
    (0..count).map(|_| T::uniform(rng, T::ONE)).collect()
}

/// Sums of products, their magnitudes, and the number of their terms.
pub(super) struct Sums(Vec<(f64, f64, usize)>);

impl Sums {
    pub(super) fn new<T: Scalar>(start: impl Iterator<Item = T>) -> Sums {
        Sums(start.map(|start| (start.to_f64(), start.to_f64().abs(), 1)).collect())
    }

    pub(super) fn add<T: Scalar>(&mut self, at: usize, a: T, b: T) {
        let (sum, magnitude, terms) = &mut self.0[at];
        let product = a.to_f64() * b.to_f64();
        *sum += product;
        *magnitude += product.abs();
        *terms += 1;
    }

    /// What `compute` leaves between guards of NaN, where `before` was, differs by at most 2 k eps sum |a| |b| for sums of
    /// k terms, and the guards are as they were. `compute` says how many elements it has finished.
    #[track_caller]
    pub(super) fn check<T: Scalar>(
        &self,
        before: &[T],
        compute: impl FnOnce(&mut [T]) -> usize,
        what: &dyn core::fmt::Debug,
    ) {
        let margin = margin();
        let mut guarded = vec![T::from_f64(f64::NAN); self.0.len() + 2 * margin];
        let values = margin..margin + self.0.len();
        if !before.is_empty() {
            guarded[values.clone()].copy_from_slice(before);
        }
        let done = compute(&mut guarded[values.clone()]);
        let eps = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        for (at, (value, (sum, magnitude, terms))) in guarded[values.clone()].iter().zip(&self.0).enumerate().take(done)
        {
            let bound = 2.0 * *terms as f64 * eps * magnitude;
            assert!((value.to_f64() - sum).abs() <= bound, "{what:?} [{at}]: {value} and not {sum}");
        }
        let mut guards = guarded[..values.start].iter().chain(&guarded[values.end..]);
        assert!(guards.all(|guard| guard.to_f64().is_nan()), "{what:?} writes beyond its output");
    }
}

/// Calls `each` with the place of every product in the small planes, the large planes and the weight.
pub(super) fn products(shape: &Shape, samples: usize, mut each: impl FnMut(usize, usize, usize)) {
    let Shape { groups, large: [i_, h, w], small: [o_, oh, ow], kernel: [kh, kw], slide } = *shape;
    for b in 0..samples {
        for o in 0..groups * o_ {
            for i in 0..i_ {
                let c = o / o_ * i_ + i;
                for (y, x) in (0..oh).flat_map(|y| (0..ow).map(move |x| (y, x))) {
                    for (ky, kx) in (0..kh).flat_map(|y| (0..kw).map(move |x| (y, x))) {
                        let row = (y * slide.stride[0] + ky * slide.dilation[0]).wrapping_sub(slide.padding[0]);
                        let column = (x * slide.stride[1] + kx * slide.dilation[1]).wrapping_sub(slide.padding[1]);
                        if row < h && column < w {
                            let small = ((b * groups * o_ + o) * oh + y) * ow + x;
                            let large = ((b * groups * i_ + c) * h + row) * w + column;
                            each(small, large, ((o * i_ + i) * kh + ky) * kw + kx);
                        }
                    }
                }
            }
        }
    }
}

/// `ways` says whether samples that fill no block go by positions alone.
fn check<T: Scalar>(rng: &mut Rng, shape: Shape, samples: usize, ways: &[bool]) {
    let Shape { groups, large, small, kernel: [kh, kw], .. } = shape;
    let [larges, smalls] = [large, small].map(|planes| groups * planes.iter().product::<usize>());
    let weights_of_all = groups * small[0] * large[0] * kh * kw;
    let (x, y) = (random::<T>(rng, samples * larges), random::<T>(rng, samples * smalls));
    let (weight, before) = (random::<T>(rng, weights_of_all), random::<T>(rng, weights_of_all));
    let bias = |planes: [usize; 3], rng: &mut Rng| {
        let bias = random::<T>(rng, groups * planes[0]);
        let plane = planes[1] * planes[2];
        let each: Vec<T> = (0..samples).flat_map(|_| bias.iter().flat_map(|b| vec![*b; plane])).collect();
        (bias, each)
    };
    let ((small_bias, small_start), (large_bias, large_start)) = (bias(small, rng), bias(large, rng));
    let (mut gathered, mut scattered) = (Sums::new(small_start.into_iter()), Sums::new(large_start.into_iter()));
    let mut gradient = Sums::new(before.iter().copied());
    products(&shape, samples, |small, large, w| {
        gathered.add(small, x[large], weight[w]);
        scattered.add(large, y[small], weight[w]);
        gradient.add(w, x[large], y[small]);
    });
    for level in levels() {
        let what = (&level, shape, samples);
        // SAFETY: `levels` lists what the machine has.
        let planes = |mut planes: Planes<'_, T>, [blocks, single]: [bool; 2], sample: usize| unsafe {
            (planes.blocks, planes.single) = (blocks, single);
            level::run_at(level, &mut planes);
            sample * if cfg!(feature = "deterministic") { planes.done } else { samples }
        };
        let single = ways.iter().map(|positions| match positions {
            true => ("positions", [false, false]),
            false => ("channels or rows", [false, true]),
        });
        for (way, by) in single.chain([("blocks", [true, true])]) {
            let what = (&what, way);
            let gather =
                |to: &mut [T]| planes(Planes::new(to, &x, &weight, &small_bias, shape, samples, true), by, smalls);
            gathered.check(&[], gather, &("gather", &what));
            let scatter =
                |to: &mut [T]| planes(Planes::new(to, &y, &weight, &large_bias, shape, samples, false), by, larges);
            scattered.check(&[], scatter, &("scatter", &what));
            let weights = |to: &mut [T]| {
                let mut weights = Weights::new(to, &x, &y, shape);
                weights.blocks = by[0];
                // SAFETY: as above.
                unsafe { level::run_at(level, &mut weights) };
                if cfg!(feature = "deterministic") && weights.done < samples { 0 } else { weights_of_all }
            };
            gradient.check(&before, weights, &("weight", &what));
        }
    }
}

fn both(seed: u64, shape: Shape, samples: usize) {
    let rng = &mut Rng::new(seed);
    check::<f32>(rng, shape, samples, &[true, false]);
    check::<f64>(rng, shape, samples, &[true, false]);
}

/// Each way for one of the two scalars.
pub(super) fn by_turns(seed: u64, shape: Shape, samples: usize) {
    let rng = &mut Rng::new(seed);
    check::<f32>(rng, shape, samples, &[seed.is_multiple_of(2)]);
    check::<f64>(rng, shape, samples, &[!seed.is_multiple_of(2)]);
}

/// The shape with as many positions as fit, and `more` lengths that no window reads.
fn shape(
    [groups, i, o]: [usize; 3],
    positions: [usize; 2],
    kernel: [usize; 2],
    slide: Slide,
    more: [usize; 2],
) -> Shape {
    let length = |dim: usize| {
        let reach = slide.dilation[dim] * (kernel[dim] - 1) + 1;
        let length = (positions[dim] - 1) * slide.stride[dim] + reach + more[dim] % slide.stride[dim];
        length.saturating_sub(2 * slide.padding[dim])
    };
    let large = [i, length(0).max(1), length(1).max(1)];
    Shape { groups, large, small: [o, positions[0], positions[1]], kernel, slide }
}

#[test]
fn random_shapes_equal_their_sums() {
    let rng = &mut Rng::new(1);
    let mut one_of = |most: u32| 1 + rng.below(most) as usize;
    for seed in 0..if cfg!(miri) { 6 } else { 300 } {
        let kernel = [one_of(5), one_of(5)];
        let slide = Slide {
            stride: [one_of(3), one_of(3)],
            padding: [one_of(3) - 1, one_of(3) - 1],
            dilation: [one_of(2), one_of(2)],
        };
        let most = if cfg!(miri) { 3 } else { 11 };
        let channels = [one_of(3), one_of(4), one_of(if cfg!(miri) { 3 } else { 15 })];
        let (positions, more) = ([one_of(most), one_of(most)], [one_of(3), one_of(3)]);
        by_turns(seed, shape(channels, positions, kernel, slide, more), one_of(3) - 1);
        if seed % 12 == 0 {
            by_turns(seed, shape(channels, positions, kernel, slide, more), one_of(if cfg!(miri) { 6 } else { 40 }));
        }
    }
}

const PLAIN: Slide = Slide { stride: [1, 1], padding: [0, 0], dilation: [1, 1] };

#[test]
#[cfg(not(miri))]
fn what_does_not_fit_in_a_block_equals_its_sums() {
    let apart = |dilation| Slide { dilation, ..PLAIN };
    // Rows that are longer than a block, windows that reach further than one, more elements of a window than are taken
    // at once, more channels than fit, and steps larger than a block has room for.
    both(1, shape([1, 1, 2], [1, 1500], [1, 3], PLAIN, [0, 0]), 2);
    both(2, shape([1, 2, 1], [1, 20], [1, 3], apart([1, 9000]), [0, 0]), 1);
    both(3, shape([1, 2, 3], [2, 700], [9, 11], PLAIN, [0, 0]), 1);
    both(4, shape([1, 300, 2], [6, 7], [3, 3], PLAIN, [0, 0]), 1);
    both(5, shape([1, 2, 2], [1, 70], [16, 16], Slide { stride: [16, 16], ..PLAIN }, [3, 5]), 1);
    both(6, shape([1, 3, 14], [40, 40], [3, 3], Slide { padding: [1, 1], ..PLAIN }, [0, 0]), 2);
    both(7, shape([1, 1, 1], [3, 1], [2, 1], apart([5000, 1]), [0, 0]), 1);
    both(8, shape([1, 2, 2], [3, 200], [1, 1], Slide { stride: [1, 97], ..PLAIN }, [0, 50]), 1);
}

/// One less, as many and one more than each room on the stack holds, at some level.
#[test]
#[cfg(not(miri))]
fn shapes_around_the_limits_of_each_room_equal_their_sums() {
    // Weights of a panel of `channels`: 1280 vectors, of which a panel of two has half.
    for channels in [63, 64, 65, 127, 128, 129] {
        by_turns(channels as u64, shape([1, channels, 20], [2, 2], [2, 5], PLAIN, [0, 0]), 1);
    }
    // Results of it: 512 vectors, or 256 for each of two.
    let slide = Slide { stride: [1, 2], ..PLAIN };
    for columns in [127, 128, 129, 255, 256, 257, 511, 512, 513] {
        both(columns as u64, shape([1, 1, 16], [2, columns], [1, 2], slide, [0, 0]), 1);
        by_turns(1, shape([1, 1, 32], [1, columns], [1, 2], slide, [0, 0]), 1);
    }
    // The planes that `rows` copies: 8192 scalars, 64 rows of 128.
    for columns in [125, 126, 127] {
        by_turns(1, shape([1, 1, 3], [62, columns], [3, 3], PLAIN, [0, 0]), 1);
    }
    // What a block of samples reads: 1920 vectors, 60 planes of 4 x 8; and its results, 512 vectors, 8 planes of 64.
    for [channels, columns] in [[59, 8], [60, 8], [61, 8], [2, 15], [2, 16], [2, 17]] {
        both(1, shape([1, channels, 9], [4, columns], [1, 1], PLAIN, [0, 0]), 9);
    }
    // A block of all columns but one, rows of which a block has one, and several blocks of channels with a column behind whole vectors.
    both(2, shape([1, 260, 2], [2, 8], [1, 1], PLAIN, [0, 0]), 9);
    both(3, shape([1, 1, 1], [3, 1000], [1, 1], PLAIN, [0, 0]), 9);
    both(4, shape([1, 300, 2], [2, 17], [3, 3], PLAIN, [0, 0]), 1);
    // Both planes and the sums of the weights' gradient: 2688 vectors.
    for rows in [34, 35, 36, 37] {
        by_turns(1, shape([1, 1, 1], [rows, 36], [3, 3], PLAIN, [0, 0]), 9);
    }
}

#[test]
fn kernels_smaller_than_their_stride_leave_zeros_between() {
    both(1, shape([2, 3, 3], [4, 5], [1, 2], Slide { stride: [2, 3], ..PLAIN }, [1, 2]), 2);
}

#[test]
fn planes_that_the_padding_alone_reaches_give_their_bias() {
    let shape = Shape {
        groups: 1,
        large: [1, 2, 2],
        small: [3, 6, 6],
        kernel: [1, 1],
        slide: Slide { padding: [2, 2], ..PLAIN },
    };
    both(1, shape, 2);
}
