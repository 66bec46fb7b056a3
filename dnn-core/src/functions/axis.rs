//! A tensor along one of its axes: blocks, each of as many rows as the axis is long, each row the elements behind the axis.

use super::shape::{Shape, WHOLE, has_axis};
use crate::tensor::Tensor;
use core::mem::take;

/// How many there are of each. Row-major order is blocks, then rows, then elements.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) blocks: usize,
    pub(super) rows: usize,
    pub(super) row: usize,
}

impl Axis {
    /// A tensor along an axis; along [`WHOLE`] it is one block of rows of one element.
    pub(super) const fn of<X: Tensor>(axis: usize) -> Axis {
        if axis == WHOLE {
            return Axis { blocks: 1, rows: X::LEN, row: 1 };
        }
        assert!(axis < X::RANK, "the tensor has no such axis");
        let (mut blocks, mut row, mut i) = (1, 1, 0);
        while i < X::RANK {
            if i < axis {
                blocks *= X::DIMS[i];
            } else if i > axis {
                row *= X::DIMS[i];
            }
            i += 1;
        }
        Axis { blocks, rows: X::DIMS[axis], row }
    }

    /// A tensor along the axis that `Y` is without, or has with the length 1.
    pub(super) const fn reduced<X: Tensor, Y: Tensor>(axis: usize) -> Axis {
        let along = Axis::of::<X>(axis);
        assert!(along.blocks * along.row == Y::LEN, "the result has another number of elements");
        along
    }

    /// The elements of a block.
    #[inline(always)]
    pub(super) const fn block(&self) -> usize {
        self.rows * self.row
    }
}

/// The shape of a result that is without an axis.
#[track_caller]
pub(super) const fn reduced(a: Shape, axis: usize) -> Shape {
    if axis == WHOLE {
        return Shape::SCALAR;
    }
    has_axis(a, axis);
    a.without(axis)
}

/// Parts of one length, one after the other, as far as they go; none if the length is 0.
///
/// Iterators of `core` over parts know how many there are, by a division that small builds leave where it may panic.
pub(super) struct Parts<S> {
    rest: S,
    length: usize,
}

/// The parts of a slice.
#[inline(always)]
pub(super) fn parts<T>(of: &[T], length: usize) -> Parts<&[T]> {
    Parts { rest: of, length }
}

/// As [`parts`], to write to.
#[inline(always)]
pub(super) fn parts_mut<T>(of: &mut [T], length: usize) -> Parts<&mut [T]> {
    Parts { rest: of, length }
}

impl<'a, T> Iterator for Parts<&'a [T]> {
    type Item = &'a [T];
    #[inline(always)]
    fn next(&mut self) -> Option<&'a [T]> {
        let (part, rest) = self.rest.split_at_checked(self.length).filter(|(part, _)| !part.is_empty())?;
        self.rest = rest;
        Some(part)
    }
}

impl<'a, T> Iterator for Parts<&'a mut [T]> {
    type Item = &'a mut [T];
    #[inline(always)]
    fn next(&mut self) -> Option<&'a mut [T]> {
        let (part, rest) =
            take(&mut self.rest).split_at_mut_checked(self.length).filter(|(part, _)| !part.is_empty())?;
        self.rest = rest;
        Some(part)
    }
}

/// Elements that lie one distance apart.
pub(super) struct Line<S> {
    rest: S,
    /// the distance without the element itself
    between: usize,
}

/// The elements of a block with one index behind the axis, `row` elements apart.
#[inline(always)]
pub(super) fn line<T>(block: &[T], at: usize, row: usize) -> Line<&[T]> {
    Line { rest: block.get(at..).unwrap_or(&[]), between: row.saturating_sub(1) }
}

/// As [`line`], to write to.
#[inline(always)]
pub(super) fn line_mut<T>(block: &mut [T], at: usize, row: usize) -> Line<&mut [T]> {
    Line { rest: block.get_mut(at..).unwrap_or(&mut []), between: row.saturating_sub(1) }
}

impl<'a, T> Iterator for Line<&'a [T]> {
    type Item = &'a T;
    #[inline(always)]
    fn next(&mut self) -> Option<&'a T> {
        let (element, rest) = self.rest.split_first()?;
        self.rest = rest.get(self.between..).unwrap_or(&[]);
        Some(element)
    }
}

impl<'a, T> Iterator for Line<&'a mut [T]> {
    type Item = &'a mut T;
    #[inline(always)]
    fn next(&mut self) -> Option<&'a mut T> {
        let (element, rest) = take(&mut self.rest).split_first_mut()?;
        self.rest = rest.get_mut(self.between..).unwrap_or(&mut []);
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_lines_end_with_their_slice() {
        let mut a = [1, 2, 3, 4, 5, 6, 7];
        assert!(parts(&a, 3).eq([&[1, 2, 3], &[4, 5, 6]]));
        assert!(parts(&a, 0).next().is_none() && parts(&a, 8).next().is_none());
        assert!(line(&a, 1, 3).eq(&[2, 5]) && line(&a, 0, 1).eq(&a) && line(&a, 9, 1).next().is_none());
        parts_mut(&mut a, 2).for_each(|part| part[0] = 0);
        line_mut(&mut a, 1, 4).for_each(|element| *element = 9);
        assert_eq!(a, [0, 9, 0, 4, 0, 9, 7]);
    }
}
