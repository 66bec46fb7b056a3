//! `y = (sum over k of a[k]) / n` along an axis of n elements, or over the whole tensor
//!
//! `da[k] += dy / n`

use super::axis::{Axis, parts, parts_mut};
use super::sum;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::sum::rule;

/// Writes the means along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    sum::value::<AXIS, A, Y>(a, y);
    let count = A::Scalar::from_usize(const { Axis::of::<A>(AXIS).rows });
    for y in flat_mut(from_mut(y)) {
        *y /= count;
    }
}

/// **Adds** dL/da; reads nothing.
#[inline(always)]
pub fn pull<const AXIS: usize, A, Y>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let count = A::Scalar::from_usize(along.rows);
    let (dy, da) = (flat(from_ref(dy)), flat_mut(from_mut(da)));
    for (dy, block) in parts(dy, along.row).zip(parts_mut(da, along.block())) {
        for row in parts_mut(block, along.row) {
            for (da, dy) in row.iter_mut().zip(dy) {
                *da += *dy / count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::WHOLE;
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn means_of_round_numbers() {
        let (a, mut all, mut columns) = ([[1.0, 2.0], [3.0, 6.0f64]], 9.0f64, [9.0; 2]);
        value::<WHOLE, _, _>(&a, &mut all);
        value::<0, _, _>(&a, &mut columns);
        assert_eq!((all, columns), (3.0, [2.0, 4.0]));
        value::<WHOLE, [f64; 0], _>(&[], &mut all);
        assert!(all.is_nan());
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, _, _, da| pull::<AXIS, A, Y>(dy, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<0, [f64; 40], [f64; 1]>();
        check::<1, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
    }
}
