//! `y = sum over k of a[k]`, along an axis or over the whole tensor
//!
//! `da[k] += dy`
//!
//! The terms of a sum are taken from the first to the last. A long sum over neighbours in memory waits for each addition, so
//! that with vectors, unless bits are promised, sixteen sums take turns and meet at the end.

use super::axis::{self, Axis, parts, parts_mut};
use super::shape::Shape;
use crate::kernels::route;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of `a` without the axis.
#[track_caller]
pub const fn rule(a: Shape, axis: usize) -> Shape {
    axis::reduced(a, axis)
}

/// Writes the sums along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    if along.row == 1 && along.rows > 0 {
        for (y, row) in y.iter_mut().zip(parts(a, along.block())) {
            *y = total(row);
        }
        return;
    }
    for y in y.iter_mut() {
        *y = A::Scalar::ZERO;
    }
    for (y, block) in parts_mut(y, along.row).zip(parts(a, along.block())) {
        for row in parts(block, along.row) {
            for (y, a) in y.iter_mut().zip(row) {
                *y += *a;
            }
        }
    }
}

/// **Adds** dL/da.
#[inline(always)]
pub fn pull<const AXIS: usize, A, Y>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (dy, da) = (flat(from_ref(dy)), flat_mut(from_mut(da)));
    for (dy, block) in parts(dy, along.row).zip(parts_mut(da, along.block())) {
        for row in parts_mut(block, along.row) {
            for (da, dy) in row.iter_mut().zip(dy) {
                *da += *dy;
            }
        }
    }
}

/// The sum of neighbours in memory.
#[inline(always)]
pub(super) fn total<T: Scalar>(terms: &[T]) -> T {
    total_of(terms, |term| term)
}

/// The sum of what `each` makes of neighbours in memory.
#[inline(always)]
pub(super) fn total_of<T: Scalar>(terms: &[T], each: impl Fn(T) -> T) -> T {
    let mut sum = T::ZERO;
    let rest = if route::TARGET && !cfg!(feature = "deterministic") && terms.len() >= 32 {
        let (blocks, rest) = terms.as_chunks::<16>();
        let mut sums = [T::ZERO; 16];
        for block in blocks {
            for i in 0..16 {
                sums[i] += each(block[i]);
            }
        }
        for width in [8, 4, 2, 1] {
            for i in 0..width {
                sums[i] += sums[i + width];
            }
        }
        sum = sums[0];
        rest
    } else {
        terms
    };
    for term in rest {
        sum += each(*term);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::shape::WHOLE;
    use super::super::tests::Check;
    use super::*;

    const A: [[[f64; 2]; 3]; 2] = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]];

    #[test]
    fn an_axis_is_summed_and_dropped() {
        let (mut all, mut y0, mut y1, mut y2) = (9.0, [[9.0; 2]; 3], [[9.0; 2]; 2], [[9.0; 3]; 2]);
        value::<WHOLE, _, _>(&A, &mut all);
        value::<0, _, _>(&A, &mut y0);
        value::<1, _, _>(&A, &mut y1);
        value::<2, _, _>(&A, &mut y2);
        assert_eq!((all, y0), (78.0, [[8.0, 10.0], [12.0, 14.0], [16.0, 18.0]]));
        assert_eq!((y1, y2), ([[9.0, 12.0], [27.0, 30.0]], [[3.0, 7.0, 11.0], [15.0, 19.0, 23.0]]));
        let mut kept = [[[9.0; 1]; 3]; 2];
        value::<2, _, _>(&A, &mut kept);
        assert_eq!(kept, y2.map(|row| row.map(|v| [v])));
        assert_eq!(rule(Shape::of_value(&A), 1), Shape::of_value(&y1));
        assert_eq!(rule(Shape::of_value(&A), WHOLE), Shape::SCALAR);
    }

    #[test]
    fn a_sum_over_nothing_is_zero() {
        let (mut y, mut rows) = (9.0f32, [9.0f32; 3]);
        value::<WHOLE, [f32; 0], _>(&[], &mut y);
        value::<0, [[f32; 3]; 0], _>(&[], &mut rows);
        assert_eq!((y, rows), (0.0, [0.0; 3]));
        value::<1, [[f32; 0]; 3], _>(&[[]; 3], &mut rows);
        assert_eq!(rows, [0.0; 3]);
    }

    #[test]
    fn long_sums_have_all_their_terms() {
        let a: [f64; 100] = core::array::from_fn(|i| i as f64);
        let mut y = 9.0;
        value::<0, _, _>(&a, &mut y);
        assert_eq!(y, 4950.0);
        value::<WHOLE, _, _>(&[a; 3], &mut y);
        assert_eq!(y, 3.0 * 4950.0);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, _, _, da| pull::<AXIS, A, Y>(dy, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<0, [f64; 40], f64>();
        check::<0, [[[f64; 2]; 3]; 4], [[f64; 2]; 3]>();
        check::<1, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
        check::<2, [[[f64; 2]; 3]; 4], [[f64; 3]; 4]>();
    }
}
