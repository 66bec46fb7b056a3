//! What one row or column of results reads, where nothing outside of a plane is read, and scalars with the samples innermost.
//!
//! A block is LANES samples whose scalars lie side by side, [scalar][LANES]: one vector for each scalar of a sample.

use super::Shape;
#[cfg(not(feature = "deterministic"))]
use crate::kernels::columns::transpose;
use crate::kernels::level::Vector;
use crate::scalar::Scalar;

/// The elements of the window, in one dimension, that a result meets: every `step`-th from `first` on, and the place of each
/// of them in the plane that is read, `apart` from one to the next. Places ascend.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub(super) count: usize,
    /// Of the window.
    pub(super) first: isize,
    pub(super) step: isize,
    /// In the plane that is read.
    pub(super) place: isize,
    pub(super) apart: isize,
}

/// How many steps of so many places reach so far, or further. Most elements of windows lie side by side, and a division takes as
/// long as twenty products.
#[inline(always)]
fn steps(distance: isize, each: isize) -> isize {
    if each == 1 { distance } else { (distance + each - 1) / each }
}

impl Reach {
    /// Of dimension `dim` at a position of the small planes, which reads the large ones.
    #[inline(always)]
    pub(super) fn gathers(shape: &Shape, dim: usize, position: usize) -> Reach {
        let (stride, padding, dilation) =
            (shape.slide.stride[dim], shape.slide.padding[dim] as isize, shape.slide.dilation[dim] as isize);
        let begin = (position * stride) as isize - padding;
        let (kernel, length) = (shape.kernel[dim] as isize, shape.large[1 + dim] as isize);
        let first = if begin < 0 { steps(-begin, dilation) } else { 0 };
        let end = if begin < length { steps(length - begin, dilation) } else { 0 };
        let end = if end < kernel { end } else { kernel };
        let (first, count) = if first < end { (first, end - first) } else { (0, 0) };
        Reach { count: count as usize, first, step: 1, place: begin + first * dilation, apart: dilation }
    }

    /// Of dimension `dim` at a position of the large planes, which reads the small ones.
    #[inline(always)]
    pub(super) fn scatters(shape: &Shape, dim: usize, position: usize) -> Reach {
        let (stride, dilation) = (shape.slide.stride[dim] as isize, shape.slide.dilation[dim] as isize);
        let begin = (position + shape.slide.padding[dim]) as isize;
        let mut reach = Reach { count: 0, first: 0, step: -1, place: 0, apart: dilation };
        if stride == 1 {
            // The last element that lies at `begin` or before, and the first one behind what is too far.
            let (kernel, length) = (shape.kernel[dim] as isize, shape.small[1 + dim] as isize);
            let end = steps(begin + 1, dilation);
            let end = if end < kernel { end } else { kernel };
            let low = if begin < length { 0 } else { steps(begin + 1 - length, dilation) };
            if low < end {
                let (count, first) = ((end - low) as usize, end - 1);
                reach = Reach { count, first, place: begin - first * dilation, ..reach };
            }
            return reach;
        }
        for k in (0..shape.kernel[dim] as isize).rev() {
            let distance = begin - k * dilation;
            if distance < 0 {
                continue;
            }
            let place = distance / stride;
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
}

/// To `len` vectors, each `apart` vectors behind the one before: scalars of samples that lie `row` from sample to sample and `next`
/// from scalar to scalar, which is one or, where the samples are innermost already, their number.
///
/// # Safety
/// The machine has the instructions of `V`; there is one lane at least, and there are as many scalars and vectors.
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
pub(super) unsafe fn vectors<V: Vector<T>, T: Scalar>(
    to: *mut T,
    apart: usize,
    from: *const T,
    [row, next]: [usize; 2],
    lanes: usize,
    len: usize,
) {
    // SAFETY: as of this function.
    unsafe {
        if next > 1 {
            for i in 0..len {
                V::load(from.add(i * next), lanes).store(to.add(i * apart * V::LANES), V::LANES);
            }
        } else {
            transpose::<V, T>(to, apart * V::LANES, from, row, [lanes, len]);
        }
    }
}

/// From `len` vectors to rows `row` apart, a row for each of `lanes` samples.
///
/// # Safety
/// The machine has the instructions of `V`; there is one lane at least, and there are as many rows and vectors.
#[inline(always)]
pub(in crate::kernels) unsafe fn transpose_back<V: Vector<T>, T: Scalar>(
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
