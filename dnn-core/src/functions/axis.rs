//! A tensor along one of its axes: blocks, each of as many rows as the axis is long, each row the elements behind the axis.

use super::shape::{Shape, WHOLE, has_axis};
use crate::tensor::Tensor;

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

    /// The elements of a row as the length of a chunk, which is never 0.
    pub(super) const fn row(&self) -> usize {
        if self.row == 0 { 1 } else { self.row }
    }

    /// The elements of a block as the length of a chunk, which is never 0.
    pub(super) const fn block(&self) -> usize {
        if self.rows == 0 { self.row() } else { self.rows * self.row() }
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

/// The elements of a block with one index behind the axis.
#[inline(always)]
pub(super) fn line<T>(block: &[T], at: usize, row: usize) -> impl Iterator<Item = &T> {
    block.iter().skip(at).step_by(row)
}

/// As [`line`], to write to.
#[inline(always)]
pub(super) fn line_mut<T>(block: &mut [T], at: usize, row: usize) -> impl Iterator<Item = &mut T> {
    block.iter_mut().skip(at).step_by(row)
}
