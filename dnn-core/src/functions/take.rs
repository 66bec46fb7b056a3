//! `y[i] = a[START + i]` along an axis: a slice, or one element if y is without the axis
//!
//! `da[START + i] += dy[i]`

use super::axis::{Axis, parts, parts_mut};
use super::place;
use super::shape::{Shape, has_axis};
use crate::check::Text;
use crate::scalar::Scalar;
use crate::tensor::{self, Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of `a[start..end]` along an axis.
#[track_caller]
pub const fn rule(a: Shape, axis: usize, start: usize, end: usize) -> Shape {
    has_axis(a, axis);
    if start > end || end > a.dim(axis) {
        let text = Text::new().number(start).text("..").number(end).text(" is no part of axis ").number(axis);
        let text = text.text(" of ").shape(a.dims()).text(", whose length is ").number(a.dim(axis));
        text.text(": write a part of 0..").number(a.dim(axis)).panic();
    }
    a.with(axis, end - start)
}

/// The shape of `a[at]` along an axis, which is dropped.
#[track_caller]
pub const fn rule_at(a: Shape, axis: usize, at: usize) -> Shape {
    has_axis(a, axis);
    if at >= a.dim(axis) {
        let text = Text::new().text("axis ").number(axis).text(" of ").shape(a.dims()).text(" has no element ");
        match a.dim(axis) {
            0 => text.number(at).text(": it has none").panic(),
            1 => text.number(at).text(": write 0").panic(),
            length => text.number(at).text(": write 0 to ").number(length - 1).panic(),
        }
    }
    a.without(axis)
}

/// Writes the part of a that begins at START; it is as long as y has elements for it.
#[inline(always)]
pub fn value<const AXIS: usize, const START: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let Part { block, begin, part } = const { Part::of::<A, Y>(AXIS, START) };
    for (a, y) in parts(flat(from_ref(a)), block).zip(parts_mut(flat_mut(from_mut(y)), part)) {
        for (y, a) in y.iter_mut().zip(a.get(begin..).unwrap_or(&[])) {
            *y = *a;
        }
    }
}

/// The elements of the first axis from START on, as many as y has: where they lie.
#[inline(always)]
pub fn rows<const START: usize, A: Tensor, Y: Tensor<Scalar = A::Scalar>>(a: &A) -> &Y {
    tensor::rows::<START, A, Y>(a)
}

/// **Adds** dL/da.
#[inline(always)]
pub fn pull<const AXIS: usize, const START: usize, A, Y>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    place::add::<AXIS, START, Y, A>(dy, da);
}

/// The elements of a part within those of a whole, both in each block.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// of the whole
    pub(super) block: usize,
    /// before the part
    pub(super) begin: usize,
    /// of the part
    pub(super) part: usize,
}

impl Part {
    /// The part of `X` that begins at `start` and is a `P`.
    pub(super) const fn of<X: Tensor, P: Tensor>(axis: usize, start: usize) -> Part {
        let along = Axis::of::<X>(axis);
        let blocks = if along.blocks == 0 { 1 } else { along.blocks };
        let begin = start * along.row;
        assert!(P::LEN.is_multiple_of(blocks) && begin + P::LEN / blocks <= along.rows * along.row, "no such part");
        let part = P::LEN / blocks;
        Part { block: along.block(), begin, part: if part == 0 { 1 } else { part } }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    const A: [[f64; 4]; 3] = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]];

    #[test]
    fn a_part_along_an_axis() {
        let (mut rows, mut columns, mut row, mut column) = ([[0.0; 4]; 2], [[0.0; 2]; 3], [0.0; 4], [0.0; 3]);
        value::<0, 1, _, _>(&A, &mut rows);
        value::<1, 2, _, _>(&A, &mut columns);
        value::<0, 2, _, _>(&A, &mut row);
        value::<1, 3, _, _>(&A, &mut column);
        assert_eq!((rows, row), ([A[1], A[2]], A[2]));
        assert_eq!(super::rows::<1, _, [[f64; 4]; 2]>(&A), &rows);
        assert_eq!((columns, column), ([[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]], [4.0, 8.0, 12.0]));
        assert_eq!(rule(Shape::of_value(&A), 1, 2, 4), Shape::of_value(&columns));
        assert_eq!(rule_at(Shape::of_value(&A), 1, 3), Shape::of_value(&column));
    }

    #[test]
    #[should_panic(expected = "2..5 is no part of axis 1 of [3, 4], whose length is 4: write a part of 0..4")]
    fn a_part_ends_with_its_tensor() {
        rule(Shape::of_value(&A), 1, 2, 5);
    }

    #[test]
    #[should_panic(expected = "axis 0 of [3, 4] has no element 3: write 0 to 2")]
    fn an_element_lies_in_its_tensor() {
        rule_at(Shape::of_value(&A), 0, 3);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, const START: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, START, A, Y>, |dy, _, _, da| pull::<AXIS, START, A, Y>(dy, da));
        }
        check::<0, 1, [f64; 5], [f64; 3]>();
        check::<0, 4, [f64; 5], f64>();
        check::<0, 1, [[f64; 4]; 3], [[f64; 4]; 2]>();
        check::<1, 1, [[[f64; 2]; 3]; 4], [[[f64; 2]; 2]; 4]>();
        check::<1, 2, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
        check::<2, 0, [[[f64; 2]; 3]; 4], [[[f64; 1]; 3]; 4]>();
    }
}
