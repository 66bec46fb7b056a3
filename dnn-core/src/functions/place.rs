//! `y[START + i] = a[i]` along an axis: one operand of a concatenation; the rest of y stays
//!
//! `da[i] += dy[START + i]`

use super::axis::{parts, parts_mut};
use super::shape::{Shape, has_axis};
use super::take::Part;
use crate::check::Text;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of a and b one after the other along an axis. Of more than two, it is the rule of the rule of the first two.
#[track_caller]
pub const fn rule(a: Shape, b: Shape, axis: usize) -> Shape {
    has_axis(a, axis);
    let mut i = 0;
    while i < a.rank() || i < b.rank() {
        if a.rank() != b.rank() || i != axis && a.dim(i) != b.dim(i) {
            let text =
                Text::new().shape(a.dims()).text(" and ").shape(b.dims()).text(" cannot follow each other along axis ");
            text.number(axis).text(": make them equal in all other lengths").panic();
        }
        i += 1;
    }
    a.with(axis, a.dim(axis) + b.dim(axis))
}

/// Writes a to the part of y that begins at START. The operands of a concatenation, each behind those before, write all of y.
#[inline(always)]
pub fn value<const AXIS: usize, const START: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    within::<AXIS, START, A, Y>(a, y, |y, a| *y = a);
}

/// **Adds** dL/da.
#[inline(always)]
pub fn pull<const AXIS: usize, const START: usize, A, Y>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let Part { block, begin, part } = const { Part::of::<Y, A>(AXIS, START) };
    for (dy, da) in parts(flat(from_ref(dy)), block).zip(parts_mut(flat_mut(from_mut(da)), part)) {
        for (da, dy) in da.iter_mut().zip(dy.get(begin..).unwrap_or(&[])) {
            *da += *dy;
        }
    }
}

/// Adds a to the part of y.
#[inline(always)]
pub(super) fn add<const AXIS: usize, const START: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    within::<AXIS, START, A, Y>(a, y, |y, a| *y += a);
}

/// Calls `each` with the elements of a part of y, and those of a.
#[inline(always)]
fn within<const AXIS: usize, const START: usize, A, Y>(a: &A, y: &mut Y, each: impl Fn(&mut A::Scalar, A::Scalar))
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let Part { block, begin, part } = const { Part::of::<Y, A>(AXIS, START) };
    for (a, y) in parts(flat(from_ref(a)), part).zip(parts_mut(flat_mut(from_mut(y)), block)) {
        for (y, a) in y.get_mut(begin..).unwrap_or(&mut []).iter_mut().zip(a) {
            each(y, *a);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn one_follows_the_other() {
        let mut y = [[9.0f64; 3]; 2];
        value::<1, 0, _, _>(&[[1.0f64], [2.0]], &mut y);
        value::<1, 1, _, _>(&[[3.0f64, 4.0], [5.0, 6.0]], &mut y);
        assert_eq!(y, [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]);
        value::<0, 1, _, _>(&[7.0f64; 3], &mut y);
        assert_eq!(y, [[1.0, 3.0, 4.0], [7.0; 3]]);
        let shape = |dims| Shape::new(dims);
        assert_eq!(rule(shape(&[2, 1]), shape(&[2, 2]), 1), shape(&[2, 3]));
    }

    #[test]
    #[should_panic(expected = "[2, 1] and [3, 2] cannot follow each other along axis 1")]
    fn other_lengths_are_equal() {
        rule(Shape::new(&[2, 1]), Shape::new(&[3, 2]), 1);
    }

    #[test]
    #[should_panic(expected = "[2] and [2, 2] cannot follow each other along axis 0")]
    fn ranks_are_equal() {
        rule(Shape::new(&[2]), Shape::new(&[2, 2]), 0);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, const START: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            let value = |a: &A, y: &mut Y| {
                *y = crate::tensor::zero(); // the rest of y stays what it is
                value::<AXIS, START, A, Y>(a, y);
            };
            Check::new(7).one(value, |dy, _, _, da| pull::<AXIS, START, A, Y>(dy, da));
        }
        check::<0, 1, [f64; 3], [f64; 5]>();
        check::<0, 1, [[f64; 4]; 2], [[f64; 4]; 3]>();
        check::<1, 1, [[[f64; 2]; 2]; 4], [[[f64; 2]; 3]; 4]>();
        check::<2, 0, [[[f64; 1]; 3]; 4], [[[f64; 2]; 3]; 4]>();
    }
}
