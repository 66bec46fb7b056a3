//! What one row or column of results reads, where nothing outside of a plane is read, and scalars with the samples innermost.
//!
//! A block is LANES samples whose scalars lie side by side, [scalar][LANES]: one vector for each scalar of a sample.

use super::Shape;
use crate::kernels::level::Vector;
use crate::scalar::Scalar;

/// The elements of the window, in one dimension, that a result meets: every `step`-th from `first` on, and the place of each
/// of them in the plane that is read, `apart` from one to the next. Places ascend.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub(super) count: usize,
    /// Of the window.
    pub(super) first: isize,
    pub(super) step: isize,
    /// In the plane that is read.
    pub(super) place: isize,
    pub(super) apart: isize,
}

impl Reach {
    /// Of dimension `dim` at a position of the small planes, which reads the large ones.
    #[inline(always)]
    pub(super) fn gathers(shape: &Shape, dim: usize, position: usize) -> Reach {
        let (stride, padding, dilation) =
            (shape.slide.stride[dim], shape.slide.padding[dim] as isize, shape.slide.dilation[dim] as isize);
        let begin = (position * stride) as isize - padding;
        let (mut first, mut count) = (0, 0);
        for k in 0..shape.kernel[dim] as isize {
            let place = begin + k * dilation;
            if place >= 0 && place < shape.large[1 + dim] as isize {
                first = if count == 0 { k } else { first };
                count += 1;
            }
        }
        Reach { count, first, step: 1, place: begin + first * dilation, apart: dilation }
    }

    /// Of dimension `dim` at a position of the large planes, which reads the small ones.
    #[inline(always)]
    pub(super) fn scatters(shape: &Shape, dim: usize, position: usize) -> Reach {
        let (stride, dilation) = (shape.slide.stride[dim] as isize, shape.slide.dilation[dim] as isize);
        let begin = (position + shape.slide.padding[dim]) as isize;
        let mut reach = Reach { count: 0, first: 0, step: -1, place: 0, apart: dilation };
        for k in (0..shape.kernel[dim] as isize).rev() {
            let distance = begin - k * dilation;
            if distance < 0 {
                continue;
            }
            // Most windows move by one, and a division takes as long as twenty products.
            let place = if stride == 1 { distance } else { distance / stride };
            if place * stride != distance || place >= shape.small[1 + dim] as isize {
                continue;
            }
            match reach.count {
                0 => (reach.first, reach.place) = (k, place),
                1 => (reach.step, reach.apart) = (k - reach.first, place - reach.place),
                _ => {}
            }
            reach.count += 1;
        }
        reach
    }

    /// How many positions from `first` up to `end` meet the same elements, each `advance` further than the one before.
    #[inline(always)]
    pub(super) fn run(first: usize, end: usize, advance: Option<usize>, of: impl Fn(usize) -> Reach) -> usize {
        let Some(advance) = advance else { return 1 };
        let begin = of(first);
        let mut n = 1;
        while first + n < end && of(first + n) == (Reach { place: begin.place + (n * advance) as isize, ..begin }) {
            n += 1;
        }
        n
    }
}

/// From `len` vectors to rows `row` apart, a row for each of `lanes` samples.
///
/// # Safety
/// The machine has the instructions of `V`; there is one lane at least, and there are as many rows and vectors.
#[inline(always)]
pub(super) unsafe fn transpose_back<V: Vector<T>, T: Scalar>(
    to: *mut T,
    from: *const T,
    row: usize,
    lanes: usize,
    len: usize,
) {
    // SAFETY: as of this function.
    unsafe {
        if len < 4 {
            for i in 0..len {
                for lane in 0..lanes {
                    *to.add(lane * row + i) = *from.add(i * V::LANES + lane);
                }
            }
            return;
        }
        // The last four may be there a second time. (A closure would not have the instructions of `V`.)
        let mut i = 0;
        while i < len {
            let at = if i + 4 <= len { i } else { len - 4 };
            let mut columns = [V::splat(T::ZERO); 4];
            for c in 0..4 {
                columns[c] = V::load(from.add((at + c) * V::LANES), V::LANES);
            }
            V::to_rows(columns, to.add(at), row, lanes);
            i += 4;
        }
    }
}
