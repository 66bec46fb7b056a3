//! Convolutions on several threads: they share samples where planes are made, and channels of the small planes where the gradient
//! of the weight is, whose sums run over all samples. So no sum is made of what two of them have summed.

use super::Shape;
use super::planes::{Planes, Weights};
use crate::kernels::team::{self, MOST};
use crate::scalar::Scalar;

/// Samples that are whole blocks at every level: in parts of so many, each lies in the block that it has on one thread.
const BLOCK: usize = 16;

/// A part of a kernel, where it says how many samples it has finished, and what does it.
type Part<'a, K> = Option<(K, &'a mut usize, fn(&mut K))>;

impl Shape {
    /// The products of so many samples.
    fn products(&self, samples: usize) -> usize {
        (self.weights() * self.small[1] * self.small[2]).saturating_mul(samples)
    }
}

impl<T: Scalar> Planes<'_, T> {
    /// Does its work on several threads, if there are any and it is worth that.
    pub(in crate::kernels) fn share(&mut self, work: fn(&mut Planes<'_, T>)) -> bool {
        self.among(team::threads(self.shape.products(self.samples)), work)
    }

    /// Does its work on so many threads, if it has as many parts.
    fn among(&mut self, threads: usize, work: fn(&mut Planes<'_, T>)) -> bool {
        let Planes { weight, bias, shape, samples, gathers, inner, blocks, single, .. } = *self;
        if threads < 2 || samples <= BLOCK || !blocks {
            return false;
        }
        let each = samples.div_ceil(threads).next_multiple_of(BLOCK);
        let [made, read] = [self.to.len(), self.from.len()].map(|scalars| scalars / samples);
        if made == 0 || read == 0 {
            return false;
        }
        // Where the small planes are pooled, each of their scalars has a number, or none has.
        let small = if gathers { made } else { read };
        let mut numbers = self.pooled.as_mut().map(|numbers| numbers.chunks_mut(each * small));
        let mut done = [0; MOST];
        let mut parts: [Part<'_, Planes<'_, T>>; MOST] = [const { None }; MOST];
        let chunks = self.to.chunks_mut(each * made).zip(self.from.chunks(each * read));
        for ((part, done), (to, from)) in parts.iter_mut().zip(&mut done).zip(chunks) {
            let pooled = numbers.as_mut().map(|numbers| numbers.next().unwrap_or_default());
            let samples = to.len() / made;
            let planes =
                Planes { to, from, weight, bias, shape, samples, gathers, pooled, inner, blocks, single, done: 0 };
            *part = Some((planes, done, work));
        }
        team::share(parts, |(planes, done, work)| {
            work(planes);
            **done = planes.done;
        });
        // Up to the first sample that is left to others: what is behind it is made once more.
        self.done = 0;
        for done in done {
            self.done += done;
            if done < each {
                break;
            }
        }
        true
    }
}

impl<T: Scalar> Weights<'_, T> {
    /// Does its work on several threads, if there are any and it is worth that.
    pub(in crate::kernels) fn share(&mut self, work: fn(&mut Weights<'_, T>)) -> bool {
        self.among(team::threads(self.shape.products(self.samples)), work)
    }

    /// Does its work on so many threads, if it has as many parts.
    fn among(&mut self, threads: usize, work: fn(&mut Weights<'_, T>)) -> bool {
        let Weights { large, small, shape, rows, samples, pooled, inner, blocks, .. } = *self;
        let channels = shape.groups * shape.small[0];
        if threads < 2 || channels < threads || !blocks {
            return false;
        }
        let each = channels.div_ceil(threads);
        let weights = shape.weights() / channels;
        if weights == 0 {
            return false;
        }
        let mut done = [0; MOST];
        let mut parts: [Part<'_, Weights<'_, T>>; MOST] = [const { None }; MOST];
        let mut biases = self.dbias.chunks_mut(each);
        let chunks = self.dweight.chunks_mut(each * weights).enumerate();
        for ((part, done), (i, dweight)) in parts.iter_mut().zip(&mut done).zip(chunks) {
            let dbias = biases.next().unwrap_or_default();
            let rows = [i * each, i * each + dweight.len() / weights];
            let part_of =
                Weights { dweight, dbias, large, small, shape, rows, samples, pooled, inner, blocks, done: 0 };
            *part = Some((part_of, done, work));
        }
        team::share(parts, |(weights, done, work)| {
            work(weights);
            **done = weights.done;
        });
        [self.done, ..] = done; // as many of all channels
        if cfg!(not(feature = "deterministic")) && pooled.is_none() && self.done < samples {
            // Samples behind the blocks go by positions, of all channels at once.
            let (large, small) = (&large[self.done * shape.large()..], &small[self.done * shape.small()..]);
            let (dweight, dbias, samples) = (&mut *self.dweight, &mut *self.dbias, samples - self.done);
            let mut left =
                Weights { dweight, dbias, large, small, shape, rows, samples, pooled, inner, blocks: false, done: 0 };
            work(&mut left);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::Slide;
    use super::super::tests::levels;
    use super::*;
    use crate::kernels::level::{Level, run_at};
    use crate::random::{Generator, Rng};
    use std::{vec, vec::Vec};

    /// What runs a kernel at a level, which is there.
    macro_rules! at {
        ($level:expr) => {{
            macro_rules! by {
                ($by:ident) => {
                    // SAFETY: `levels` lists what the machine has.
                    |kernel| unsafe { run_at(Level::$by, kernel) }
                };
            }
            match $level {
                Level::Portable => by!(Portable),
                Level::Avx2 => by!(Avx2),
                Level::Avx512 => by!(Avx512),
                Level::Neon => by!(Neon),
            }
        }};
    }

    fn random(rng: &mut Rng, count: usize) -> Vec<f32> {
        (0..count).map(|_| rng.unit_f32() - 0.5).collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    /// Everything that so many threads make, and how many samples they have finished: all three sums, where the small planes are
    /// pooled and where they are not.
    fn made(seed: u64, shape: Shape, samples: usize, inner: [bool; 2], level: Level, threads: usize) -> Vec<Vec<u32>> {
        let rng = &mut Rng::new(seed);
        let channels = shape.groups * shape.small[0];
        let [large, small, pooled] = [shape.large(), shape.small(), shape.pooled()].map(|len| samples * len);
        let (x, dy, share) = (random(rng, large), random(rng, small), random(rng, pooled));
        let (weight, before) = (random(rng, shape.weights()), random(rng, shape.weights()));
        let (bias, wide) = (random(rng, channels), random(rng, shape.groups * shape.large[0]));
        let mut all = Vec::new();
        let mut planes = |mut planes: Planes<'_, f32>| {
            let work: fn(&mut Planes<'_, f32>) = at!(level);
            if !planes.among(threads, work) {
                work(&mut planes);
            }
            let leaves = planes.pooled.is_some() || cfg!(feature = "deterministic");
            let finished = planes.to.len() / samples * if leaves { planes.done } else { samples };
            all.push(vec![planes.done as u32]);
            all.push(bits(&planes.to[..finished]));
        };
        let [mut y, mut dx, mut largest, mut of_largest] = [small, large, pooled, large].map(|len| vec![0.0; len]);
        let mut numbers = vec![0.0; pooled];
        planes(Planes::new(&mut y, &x, &weight, &bias, shape, samples, true));
        planes(Planes::new(&mut dx, &dy, &weight, &wide, shape, samples, false));
        let gathered = Planes::pooled(&mut largest, &x, &weight, &bias, shape, &mut numbers, true);
        planes(Planes { inner, ..gathered });
        let [x_inner, y_inner] = inner;
        let scattered = Planes::pooled(&mut of_largest, &share, &weight, &[], shape, &mut numbers, false);
        planes(Planes { inner: [y_inner, x_inner], ..scattered });
        all.push(bits(&numbers));
        let mut weights = |mut weights: Weights<'_, f32>| {
            let work: fn(&mut Weights<'_, f32>) = at!(level);
            if !weights.among(threads, work) {
                work(&mut weights);
            }
            all.push(vec![weights.done as u32]);
            all.push(bits(weights.dweight));
            all.push(bits(weights.dbias));
        };
        let (mut dweight, mut dbias) = (before.clone(), bias.clone());
        weights(Weights::new(&mut dweight, &x, &dy, shape));
        let pooled = Weights::pooled(&mut dweight, &mut dbias, &x, &share, shape, &numbers);
        weights(Weights { inner, ..pooled });
        all
    }

    #[test]
    fn any_number_of_threads_gives_the_bits_of_one() {
        let slide = |stride, padding| Slide { stride: [stride; 2], padding: [padding; 2], dilation: [1, 1] };
        let shape = |groups, i, o, positions: [usize; 2], kernel: usize, slide: Slide| {
            let large = positions.map(|len| (len - 1) * slide.stride[0] + kernel - 2 * slide.padding[0]);
            let (large, small) = ([i, large[0], large[1]], [o, positions[0], positions[1]]);
            Shape { groups, large, small, kernel: [kernel; 2], slide }
        };
        let shapes = [
            (shape(1, 1, 6, [4, 6], 5, slide(1, 0)), [false, true]),
            (shape(1, 6, 13, [4, 4], 3, slide(1, 0)), [true; 2]),
            (shape(2, 3, 5, [5, 3], 3, slide(1, 1)), [false; 2]),
            (shape(3, 1, 1, [4, 4], 3, slide(2, 0)), [true, false]),
        ];
        for (seed, (shape, inner)) in (1..).zip(shapes) {
            for samples in if cfg!(miri) { &[33][..] } else { &[35, 54] } {
                for level in levels() {
                    let alone = made(seed, shape, *samples, inner, level, 1);
                    for threads in [2, 3] {
                        let shared = made(seed, shape, *samples, inner, level, threads);
                        assert_eq!(shared, alone, "{shape:?}, {samples} samples, {threads} threads, {level:?}");
                    }
                }
            }
        }
    }
}
