//! A convolution with a rectifier and a pooling layer behind it, by windows of two rows and two columns that lie side by side,
//! as one step: what the convolution gives is never written for a batch.
//!
//! y[o][ph][pw] = the largest max(small[o][2 ph + k / 2][2 pw + k % 2], 0) over k < 4, small as gathered
//! number[o][ph][pw] = the first such k, or -1 where y is not larger than 0
//! dsmall[o][2 ph + k / 2][2 pw + k % 2] = dy[o][ph][pw] where number = k, else 0
//!
//! The bits are those of the three layers one after the other. Numbers are all that is kept for the way back: a block of
//! samples keeps [O, PH, PW] of them with its samples innermost, and a sample that is left over [O, PH, PW].
//!
//! x, y and their gradients may lie in the same way (`inner`), so that what one such step makes and the next one reads is never
//! transposed. Which samples are a block depends on their number and the level alone, and so is the same for both.

use super::planes::{Planes, Weights};
use super::samples::MADE;
use super::{Shape, Slide, by_vectors, gradient_bias};
use crate::kernels::level::elementwise;
use crate::kernels::window::{Window, largest_and_numbers};
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::{flat, flat_mut};
use core::slice::from_ref;

/// The windows of the pooling layer.
const WINDOW: Window = Window { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], ceil: false };

/// The lengths of a kernel.
macro_rules! shape {
    ($slide:expr) => {
        Shape { groups: C / I, large: [I, H, W], small: [O / (C / I), OH, OW], kernel: [KH, KW], slide: $slide }
    };
}

/// Whether blocks of samples go by vectors, for which even the smallest part has to have room.
#[inline(always)]
pub(super) const fn in_blocks(shape: &Shape) -> bool {
    let Shape { large: [i, _, width], small: [o, _, beside], kernel: [kh, kw], slide, .. } = *shape;
    let ([sy, sx], [dy, dx]) = (slide.stride, slide.dilation);
    let [tall, broad] = [(kh - 1) * dy + 1, (kw - 1) * dx + 1];
    let gathered = i * (tall + sy) * (broad + sx) <= super::samples::READ;
    let scattered = o * tall * broad <= super::samples::READ && beside / 2 <= MADE;
    let weights = tall * width + 8 * (beside + kh * kw) <= super::gradient::ROOM;
    gathered && scattered && weights
}

/// Whether blocks of samples of a layer go by vectors, and so may lie with their samples innermost.
#[rustfmt::skip]
pub(crate) const fn blocks<
    const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(slide: Slide) -> bool {
    by_vectors(O * OH * OW * I * KH * KW) && in_blocks(&shape!(slide))
}

/// y and, if somebody keeps them, the numbers; `small` is room for what the convolution gives for one sample. `inner` says whether
/// blocks of x and of y have their samples innermost.
#[inline(always)]
#[rustfmt::skip]
#[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
pub(crate) fn gather<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const PH: usize, const PW: usize, const I: usize, const KH: usize, const KW: usize,
>(
    y: &mut [[[[T; PW]; PH]; O]],
    mut numbers: Option<&mut [[[[T; PW]; PH]; O]]>,
    small: &mut [[[[T; OW]; OH]; O]],
    large: &[[[[T; W]; H]; C]],
    weight: &[[[[T; KW]; KH]; I]; O],
    bias: &impl Bias<T>,
    slide: Slide,
    inner: [bool; 2],
) {
    let mut done = 0;
    if const { by_vectors(O * OH * OW * I * KH * KW) } && in_blocks(&shape!(slide)) {
        let kept = numbers.as_deref_mut().map_or(&mut [][..], flat_mut);
        let (to, from, weights) = (flat_mut(y), flat(large), flat(weight));
        let planes = Planes::pooled(to, from, weights, bias.as_slice(), shape!(slide), kept, true);
        let mut planes = Planes { inner, ..planes };
        T::planes(&mut planes);
        done = planes.done;
    }
    let mut numbers = numbers.map(|numbers| numbers.iter_mut().skip(done));
    for (y, large) in y.iter_mut().zip(large).skip(done) {
        let small = small.get_mut(..1).unwrap_or_default();
        super::gather(small, from_ref(large), weight, bias, slide);
        rectify(flat_mut(small));
        let numbers = numbers.as_mut().and_then(Iterator::next);
        if let Some(small) = small.first() {
            largest_and_numbers(y, numbers, small, WINDOW);
        }
    }
}

elementwise! {
    /// x = max(x, 0)
    fn rectify[T: Scalar](values: &mut [T]) {
        for v in values {
            *v = if *v < T::ZERO { T::ZERO } else { *v };
        }
    }
}

/// dlarge = scattered from dsmall; `small` is room for dsmall of one sample, `inner` as of `gather`.
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn scatter<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const PH: usize, const PW: usize, const I: usize, const KH: usize, const KW: usize,
>(
    large: &mut [[[[T; W]; H]; C]],
    numbers: &mut [[[[T; PW]; PH]; O]],
    small: &mut [[[[T; OW]; OH]; O]],
    dy: &[[[[T; PW]; PH]; O]],
    weight: &[[[[T; KW]; KH]; I]; O],
    slide: Slide,
    [x_inner, y_inner]: [bool; 2],
) {
    let mut done = 0;
    if const { by_vectors(O * OH * OW * I * KH * KW) } && in_blocks(&shape!(slide)) {
        let (to, from, weights, numbers) = (flat_mut(large), flat(dy), flat(weight), flat_mut(numbers));
        let planes = Planes::pooled(to, from, weights, &[], shape!(slide), numbers, false);
        let mut planes = Planes { inner: [y_inner, x_inner], ..planes };
        T::planes(&mut planes);
        done = planes.done;
    }
    for ((large, numbers), dy) in large.iter_mut().zip(numbers).zip(dy).skip(done) {
        spread(small, numbers, dy);
        super::scatter(core::slice::from_mut(large), small, weight, &(), slide);
    }
}

/// dw += dsmall large, db += dsmall; `small` is room for dsmall of one sample, `inner` as of `gather`.
#[inline(always)]
#[rustfmt::skip]
#[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
pub(crate) fn gradient<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const PH: usize, const PW: usize, const I: usize, const KH: usize, const KW: usize, B: Bias<T>,
>(
    dweight: &mut [[[[T; KW]; KH]; I]; O],
    dbias: &mut B,
    large: &[[[[T; W]; H]; C]],
    numbers: &[[[[T; PW]; PH]; O]],
    small: &mut [[[[T; OW]; OH]; O]],
    dy: &[[[[T; PW]; PH]; O]],
    slide: Slide,
    inner: [bool; 2],
) {
    let mut done = 0;
    if const { by_vectors(O * OH * OW * I * KH * KW) } && in_blocks(&shape!(slide)) {
        let flat_dweight = dweight.as_flattened_mut().as_flattened_mut().as_flattened_mut();
        let numbers = flat(numbers);
        let weights = Weights::pooled(flat_dweight, dbias.values(), flat(large), flat(dy), shape!(slide), numbers);
        let mut weights = Weights { inner, ..weights };
        T::weights(&mut weights);
        done = weights.done;
    }
    for ((large, numbers), dy) in large.iter().zip(numbers).zip(dy).skip(done) {
        spread(small, numbers, dy);
        super::gradient_weight(dweight, from_ref(large), small, slide);
        if B::DIMS.is_some() {
            gradient_bias(dbias, small);
        }
    }
}

/// dsmall of one sample.
#[inline(always)]
fn spread<T: Scalar, const O: usize, const OH: usize, const OW: usize, const PH: usize, const PW: usize>(
    small: &mut [[[[T; OW]; OH]; O]],
    numbers: &[[[T; PW]; PH]; O],
    dy: &[[[T; PW]; PH]; O],
) {
    for small in small {
        for o in 0..O {
            for oh in 0..OH {
                let row = &mut small[o][oh];
                *row = [T::ZERO; OW];
                let (Some(numbers), Some(dy)) = (numbers[o].get(oh / 2), dy[o].get(oh / 2)) else { continue };
                let first = T::from_usize(oh % 2 * 2);
                for (k, number) in [first, first + T::ONE].into_iter().enumerate() {
                    for pw in 0..PW {
                        if let Some(d) = row.get_mut(2 * pw + k) {
                            // A sum, as where windows overlap: a negative zero is none.
                            *d = (T::ZERO + dy[pw]).masked(numbers[pw] == number);
                        }
                    }
                }
            }
        }
    }
}
