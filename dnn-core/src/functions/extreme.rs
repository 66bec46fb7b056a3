//! What `max` and `min` have in common: the element that precedes all others in an order.

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// Writes the first element of each line in the order `precedes`, `worst` where there is none, and NaN where one is NaN.
#[inline(always)]
pub(super) fn value<const AXIS: usize, A, Y>(
    a: &A,
    y: &mut Y,
    worst: f64,
    precedes: impl Fn(A::Scalar, A::Scalar) -> bool,
) where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    for y in y.iter_mut() {
        *y = A::Scalar::from_f64(worst);
    }
    for (y, block) in parts_mut(y, along.row).zip(parts(a, along.block())) {
        for row in parts(block, along.row) {
            for (y, a) in y.iter_mut().zip(row) {
                // What is NaN takes the place, and keeps it.
                *y = if precedes(*a, *y) || a.partial_cmp(a).is_none() { *a } else { *y };
            }
        }
    }
}

/// Adds dy to the elements that equal y, in equal shares; where y is NaN every share is NaN.
#[inline(always)]
pub(super) fn pull<const AXIS: usize, A, Y>(dy: &Y, a: &A, y: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (zero, one) = (A::Scalar::ZERO, A::Scalar::ONE);
    let (dy, a, y, da) = (flat(from_ref(dy)), flat(from_ref(a)), flat(from_ref(y)), flat_mut(from_mut(da)));
    let blocks = parts(a, along.block()).zip(parts_mut(da, along.block()));
    for ((dy, y), (a, da)) in parts(dy, along.row).zip(parts(y, along.row)).zip(blocks) {
        for (at, (dy, y)) in dy.iter().zip(y).enumerate() {
            let mut count = zero;
            for a in line(a, at, along.row) {
                count += if *a == *y { one } else { zero };
            }
            let share = *dy / count;
            for (da, a) in line_mut(da, at, along.row).zip(line(a, at, along.row)) {
                *da += share * if *a == *y { one } else { zero };
            }
        }
    }
}
