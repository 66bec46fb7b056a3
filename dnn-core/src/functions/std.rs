//! `y = sqrt(sum over k of (a[k] - m)^2 / (n - CORRECTION))`, the root of [`variance`], PyTorch's
//! [`std`](https://docs.pytorch.org/docs/stable/generated/torch.std.html), whose correction is 1 by default
//!
//! `da[k] += dy (a[k] - m) / ((n - CORRECTION) y)`, nothing where y = 0

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::variance::{self, mean};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::sum::rule;

/// Writes the standard deviations along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, const CORRECTION: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    variance::value::<AXIS, CORRECTION, A, Y>(a, y);
    for y in flat_mut(from_mut(y)) {
        *y = y.sqrt();
    }
}

/// **Adds** dL/da; reads a and y.
#[inline(always)]
pub fn pull<const AXIS: usize, const CORRECTION: usize, A, Y>(dy: &Y, a: &A, y: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let divisor = A::Scalar::from_usize(along.rows.saturating_sub(CORRECTION));
    let (dy, a, y, da) = (flat(from_ref(dy)), flat(from_ref(a)), flat(from_ref(y)), flat_mut(from_mut(da)));
    let blocks = parts(a, along.block()).zip(parts_mut(da, along.block()));
    for ((dy, y), (a, da)) in parts(dy, along.row).zip(parts(y, along.row)).zip(blocks) {
        for (at, (dy, y)) in dy.iter().zip(y).enumerate() {
            let share = if *y == A::Scalar::ZERO { A::Scalar::ZERO } else { *dy / (divisor * *y) };
            let mean = mean(a, at, along);
            for (da, a) in line_mut(da, at, along.row).zip(line(a, at, along.row)) {
                *da += share * (*a - mean);
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
    fn equal_numbers_have_no_slope() {
        let (a, mut y, mut da) = ([[1.0f32, 3.0], [2.0, 2.0]], [9.0f32; 2], [[0.0f32; 2]; 2]);
        value::<1, 0, _, _>(&a, &mut y);
        assert_eq!(y, [1.0, 0.0]);
        pull::<1, 0, _, _>(&[2.0f32, 1.0], &a, &y, &mut da);
        assert_eq!(da, [[-1.0, 1.0], [0.0, 0.0]]);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, const CORRECTION: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            let pull = |dy: &Y, a: &A, y: &Y, da: &mut A| pull::<AXIS, CORRECTION, A, Y>(dy, a, y, da);
            Check::new(7).one(value::<AXIS, CORRECTION, A, Y>, pull);
        }
        check::<WHOLE, 1, [[f64; 3]; 2], f64>();
        check::<0, 0, [[f64; 3]; 2], [f64; 3]>();
        check::<1, 1, [[[f64; 2]; 3]; 4], [[[f64; 2]; 1]; 4]>();
    }
}
