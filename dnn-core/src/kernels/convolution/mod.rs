//! Convolutions. A window of KH x KW elements moves over large planes; each of its positions is an element of small planes.
//!
//! C, H, W: channels, rows and columns of the large planes; O, OH, OW of the small ones. The channels are in groups: I large
//! ones and O I / C small ones in each. Position oh begins at row `oh stride - padding` of the large planes; what lies
//! outside of them counts as zero. i counts the channels of o's group.
//!
//! gather   small[o][oh][ow] = bias[o] + sum over i, kh, kw of w[o][i][kh][kw] large[i][oh s + kh d - p][ow s + kw d - p]
//! scatter  large[i][oh s + kh d - p][ow s + kw d - p] = bias[i] + sum over o, kh, kw of w[o][i][kh][kw] small[o][oh][ow]
//! weight   dw[o][i][kh][kw] += sum over oh, ow of small[o][oh][ow] large[i][oh s + kh d - p][ow s + kw d - p]
//!
//! A convolution gathers forwards and scatters backwards, a transposed one the other way round; both have the same weight.
//!
//! # Which code
//!
//! - Blocks of as many samples as a vector has lanes, or at least a quarter of that and two: `samples` and `gradient`, vectors along
//!   the samples. A block is transposed on the way in and out. Every position of every plane is as good as any other then:
//!   nothing outside of a plane is multiplied, no lane is empty on small maps, and the order of the sums is that of `naive`.
//!   On LeNet-5 that takes 60 % of the time of vectors along the positions, on ResNet-8, MobileNet and DS-CNN 65 to 75 %.
//! - The samples that are left over, of which inference has one: `channels`, vectors along the channels that are made, where
//!   those of a group fill half a vector; a weight is transposed once for a call, planes are read where they lie, and the order
//!   of the sums is that of `naive`. Where columns fill their vectors better and the window moves by one column, `rows`, vectors
//!   along the columns of two rows. For one sample, 16 channels of 10 x 10 from 6 take 2.3 us with AVX-512, blocks of positions 4.
//! - What neither of them takes, and weights: `positions` and `weights`, vectors along the positions of a copy by `packed`; with
//!   the feature `deterministic`, where only `channels` is left of all these, `lines`, which keeps the order of the sums.
//! - A rectifier and a pooling layer behind a convolution: `pooled`, whose blocks of samples are pooled by `windows`, as are
//!   the tiles of `channels` and `rows`. One of the four elements of a pooled window has a gradient: `sparse` and `picked`
//!   multiply by no zeros where windows move by one and have three rows and columns or more. On LeNet-5 that takes half the time
//!   of the weights' gradients and of that of x.
//! - Fewer than 256 products in all, and targets without vectors: `naive`.

mod channels;
mod gradient;
#[cfg(feature = "deterministic")]
mod lines;
pub(crate) mod naive;
#[cfg(not(feature = "deterministic"))]
mod packed;
#[cfg(not(feature = "deterministic"))]
mod picked;
pub(crate) mod planes;
pub(crate) mod pooled;
#[cfg(not(feature = "deterministic"))]
mod positions;
pub(in crate::kernels) mod reach;
#[cfg(not(feature = "deterministic"))]
mod rows;
mod samples;
#[cfg(feature = "std")]
mod shared;
#[cfg(not(feature = "deterministic"))]
mod sparse;
#[cfg(test)]
mod tests;
mod tiles;
mod turned;
#[cfg(not(feature = "deterministic"))]
mod weights;
#[cfg(test)]
mod wide;
mod windows;

use crate::kernels::route;
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::{flat, flat_mut};
use planes::{Planes, Weights};

/// How the window moves: rows first, columns second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slide {
    /// From one position to the next.
    pub(crate) stride: [usize; 2],
    /// Zeros before the first row and column.
    pub(crate) padding: [usize; 2],
    /// From one element of the window to the next.
    pub(crate) dilation: [usize; 2],
}

/// The lengths of a convolution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    groups: usize,
    /// Channels of a group, rows, columns of the large planes.
    large: [usize; 3],
    /// The same of the small planes.
    small: [usize; 3],
    /// KH, KW
    kernel: [usize; 2],
    slide: Slide,
}

impl Shape {
    fn large(&self) -> usize {
        self.groups * self.large.iter().product::<usize>()
    }

    fn small(&self) -> usize {
        self.groups * self.small.iter().product::<usize>()
    }

    /// The scalars of a sample behind windows of two rows and two columns that lie side by side on the small planes.
    fn pooled(&self) -> usize {
        self.groups * self.small[0] * (self.small[1] / 2) * (self.small[2] / 2)
    }

    fn weights(&self) -> usize {
        self.groups * self.small[0] * self.large[0] * self.kernel[0] * self.kernel[1]
    }

    /// The same sums with planes of one row, where each position reads the place that it has itself.
    fn in_one_row(&self) -> Option<Shape> {
        let Shape { large: [i, h, w], small: [o, oh, ow], kernel, slide: Slide { stride, padding, .. }, .. } = *self;
        // Number by number: two at once would be read where one by one has just been written, and wait for that.
        let same =
            kernel[0] * kernel[1] * stride[0] * stride[1] == 1 && padding[0] + padding[1] == 0 && h == oh && w == ow;
        same.then_some(Shape { large: [i, 1, h * w], small: [o, 1, oh * ow], ..*self })
    }
}

#[cfg(not(feature = "deterministic"))]
impl Shape {
    /// Where the elements of the window read the large planes at the first position.
    #[inline(always)]
    fn taps(&self) -> impl Iterator<Item = (usize, [isize; 2])> {
        let Shape { kernel: [rows, columns], slide, .. } = *self;
        let at = move |k: usize, dim: usize| (k * slide.dilation[dim]) as isize - slide.padding[dim] as isize;
        (0..rows * columns).map(move |k| (k, [at(k / columns, 0), at(k % columns, 1)]))
    }

    /// Where they read the small planes at the first of the positions of the large ones that are `origin` modulo the
    /// stride; those that never meet such a position are left out.
    #[inline(always)]
    fn taps_back(&self, origin: [usize; 2]) -> impl Iterator<Item = (usize, [isize; 2])> {
        let Slide { stride, .. } = self.slide;
        self.taps().filter_map(move |(k, shift)| {
            let [y, x] = [0, 1].map(|dim| origin[dim] as isize - shift[dim]);
            let meets = y.rem_euclid(stride[0] as isize) == 0 && x.rem_euclid(stride[1] as isize) == 0;
            meets.then_some((k, [y.div_euclid(stride[0] as isize), x.div_euclid(stride[1] as isize)]))
        })
    }
}

/// Whether a convolution of so many products for a sample is a kernel: a call of one takes as long as a hundred products.
const fn by_vectors(products: usize) -> bool {
    route::TARGET && products >= 256
}

/// The lengths of a kernel, and its call where the shape is worth it.
macro_rules! shape {
    ($slide:expr) => {
        Shape { groups: C / I, large: [I, H, W], small: [O / (C / I), OH, OW], kernel: [KH, KW], slide: $slide }
    };
}

/// small = gathered from large
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn gather<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    small: &mut [[[[T; OW]; OH]; O]],
    large: &[[[[T; W]; H]; C]],
    weight: &[[[[T; KW]; KH]; I]; O],
    bias: &impl Bias<T>,
    slide: Slide,
) {
    if const { by_vectors(O * OH * OW * I * KH * KW) } {
        let samples = small.len();
        let (to, from, weights) = (flat_mut(small), flat(large), flat(weight));
        let mut planes = Planes::new(to, from, weights, bias.as_slice(), shape!(slide), samples, true);
        T::planes(&mut planes);
        #[cfg(feature = "deterministic")]
        {
            let done = planes.done;
            let (small, large) = (small.get_mut(done..), large.get(done..));
            lines::gather(small.unwrap_or_default(), large.unwrap_or_default(), weight, bias, slide);
        }
    } else {
        naive::gather(small, large, weight, bias, slide);
    }
}

/// large = scattered from small
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn scatter<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    large: &mut [[[[T; W]; H]; C]],
    small: &[[[[T; OW]; OH]; O]],
    weight: &[[[[T; KW]; KH]; I]; O],
    bias: &impl Bias<T>,
    slide: Slide,
) {
    if const { by_vectors(O * OH * OW * I * KH * KW) } {
        let samples = large.len();
        let (to, from, weights) = (flat_mut(large), flat(small), flat(weight));
        let mut planes = Planes::new(to, from, weights, bias.as_slice(), shape!(slide), samples, false);
        T::planes(&mut planes);
        #[cfg(feature = "deterministic")]
        {
            let done = planes.done;
            let (large, small) = (large.get_mut(done..), small.get(done..));
            lines::scatter(large.unwrap_or_default(), small.unwrap_or_default(), weight, bias, slide);
        }
    } else {
        naive::scatter(large, small, weight, bias, slide);
    }
}

/// dw += small times large
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn gradient_weight<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    dweight: &mut [[[[T; KW]; KH]; I]; O],
    large: &[[[[T; W]; H]; C]],
    small: &[[[[T; OW]; OH]; O]],
    slide: Slide,
) {
    if const { by_vectors(O * OH * OW * I * KH * KW) } {
        let flat_dweight = dweight.as_flattened_mut().as_flattened_mut().as_flattened_mut();
        let mut weights = Weights::new(flat_dweight, flat(large), flat(small), shape!(slide));
        T::weights(&mut weights);
        #[cfg(feature = "deterministic")]
        {
            let (large, small) = (large.get(weights.done..), small.get(weights.done..));
            lines::gradient_weight(dweight, large.unwrap_or_default(), small.unwrap_or_default(), slide);
        }
    } else {
        naive::gradient_weight(dweight, large, small, slide);
    }
}

/// db[c] += sum over the samples and positions of dy[c]
///
/// Eight sums at a time, since each addition waits for the one before; `naive` has one.
#[inline(always)]
pub(crate) fn gradient_bias<T: Scalar, const C: usize, const H: usize, const W: usize>(
    dbias: &mut impl Bias<T>,
    dy: &[[[[T; W]; H]; C]],
) {
    for dy in dy {
        let mut channel = 0;
        let mut rest = dy.as_slice();
        if route::TARGET {
            let (fours, left) = dy.as_chunks::<4>();
            for four in fours {
                for sum in four_sums(four) {
                    dbias.add(channel, sum);
                    channel += 1;
                }
            }
            rest = left;
        }
        for plane in rest {
            let (eights, rest) = plane.as_flattened().as_chunks::<8>();
            let mut sums = [T::ZERO; 8];
            for eight in eights {
                for i in 0..8 {
                    sums[i] += eight[i];
                }
            }
            dbias.add(channel, sum_of_eight(sums, rest));
            channel += 1;
        }
    }
}

/// The sum of each of four planes, which do not wait for each other.
#[inline(always)]
fn four_sums<T: Scalar, const H: usize, const W: usize>([a, b, c, d]: &[[[T; W]; H]; 4]) -> [T; 4] {
    let (a, rest_a) = a.as_flattened().as_chunks::<8>();
    let (b, rest_b) = b.as_flattened().as_chunks::<8>();
    let (c, rest_c) = c.as_flattened().as_chunks::<8>();
    let (d, rest_d) = d.as_flattened().as_chunks::<8>();
    let mut sums = [[T::ZERO; 8]; 4];
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        for i in 0..8 {
            sums[0][i] += a[i];
            sums[1][i] += b[i];
            sums[2][i] += c[i];
            sums[3][i] += d[i];
        }
    }
    let [a, b, c, d] = sums;
    [sum_of_eight(a, rest_a), sum_of_eight(b, rest_b), sum_of_eight(c, rest_c), sum_of_eight(d, rest_d)]
}

/// Eight sums as one, and what is left over.
#[inline(always)]
fn sum_of_eight<T: Scalar>([a, b, c, d, e, f, g, h]: [T; 8], rest: &[T]) -> T {
    let mut sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
    for value in rest {
        sum += *value;
    }
    sum
}
