//! Random shapes that are wider than those of the other tests: as many as `DNN_SHAPES` says, or two of few products.

use super::pooled::in_blocks;
use super::tests::by_turns;
use super::windows::tests::check as pooled;
use super::{Shape, Slide};
use crate::kernels::tests::shapes;
use crate::random::{Generator, Rng};

/// Up to 34 x 34 positions, 40 channels of both planes, 7 x 7 elements and 40 samples, in at most so many products.
fn wide(rng: &mut Rng, most: usize, pooled: bool) -> (Shape, usize) {
    loop {
        let mut one_of = |most: u32| {
            let few = rng.below(2) == 0;
            1 + rng.below(if few { most.div_ceil(6) } else { most }) as usize
        };
        let plain = one_of(3) > 1;
        let groups = if plain { 1 } else { one_of(12) };
        let channels = |all: usize| all.div_ceil(groups);
        let (i, o) = (channels(one_of(40)), channels(one_of(40)));
        let kernel = [one_of(7), one_of(7)];
        let padding = [one_of(5) - 1, one_of(5) - 1];
        let slide = match plain {
            true => Slide { stride: [1, 1], padding, dilation: [1, 1] },
            false => Slide { stride: [one_of(4), one_of(4)], padding, dilation: [one_of(3), one_of(3)] },
        };
        let positions = [one_of(34), one_of(34)];
        let samples = one_of(40);
        let mut length = |dim: usize| {
            let reach = slide.dilation[dim] * (kernel[dim] - 1) + 1;
            let length = (positions[dim] - 1) * slide.stride[dim] + reach;
            // What no window reads, or further zeros behind the planes.
            let (more, zeros) = (rng.below(slide.stride[dim] as u32) as usize, rng.below(3) as usize);
            (length + more).saturating_sub(2 * slide.padding[dim] + zeros).max(1)
        };
        let (large, small) = ([i, length(0), length(1)], [o, positions[0], positions[1]]);
        let shape = Shape { groups, large, small, kernel, slide };
        let products = samples * shape.small() * i * kernel[0] * kernel[1];
        // What pools goes by blocks where all three sums have room.
        let fits = !pooled || positions.iter().all(|length| *length > 1) && in_blocks(&shape);
        if products <= most && fits {
            return (shape, samples);
        }
    }
}

/// How many shapes, and of how many products.
fn effort() -> (u64, usize) {
    match shapes() {
        Some(shapes) => (shapes, 3_000_000),
        None => (if cfg!(miri) { 0 } else { 2 }, 100_000),
    }
}

#[test]
fn wide_shapes_equal_their_sums() {
    let (shapes, most) = effort();
    for seed in 0..shapes {
        let (shape, samples) = wide(&mut Rng::new(1000 + seed), most, false);
        by_turns(seed, shape, samples);
    }
}

#[test]
fn wide_shapes_that_are_pooled_have_the_bits_of_the_three_steps() {
    let (shapes, most) = effort();
    for seed in 0..shapes {
        let rng = &mut Rng::new(2_000_000 + seed);
        let (shape, samples) = wide(rng, most, true);
        if seed % 3 == 2 {
            pooled::<f64>(rng, shape, samples);
        } else {
            pooled::<f32>(rng, shape, samples);
        }
    }
}
