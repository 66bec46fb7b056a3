//! `y = sqrt(sum over k of a[k]^2)` along an axis, or of the whole tensor, PyTorch's
//! [`norm`](https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html), the Euclidean one
//!
//! `da[k] += dy a[k] / y`, nothing where y = 0

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::sum::total_of;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::sum::rule;

/// Writes the norms along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    y.fill(A::Scalar::ZERO);
    for (y, block) in parts_mut(y, along.row).zip(parts(a, along.block())) {
        for (at, y) in y.iter_mut().enumerate() {
            let mut sum = A::Scalar::ZERO;
            if along.row == 1 {
                sum = total_of(block, |a| a * a);
            } else {
                for a in line(block, at, along.row) {
                    sum += *a * *a;
                }
            }
            *y = sum.sqrt();
        }
    }
}

/// **Adds** dL/da; reads a and y.
#[inline(always)]
pub fn pull<const AXIS: usize, A, Y>(dy: &Y, a: &A, y: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (dy, a, y, da) = (flat(from_ref(dy)), flat(from_ref(a)), flat(from_ref(y)), flat_mut(from_mut(da)));
    let blocks = parts(a, along.block()).zip(parts_mut(da, along.block()));
    for ((dy, y), (a, da)) in parts(dy, along.row).zip(parts(y, along.row)).zip(blocks) {
        for (at, (dy, y)) in dy.iter().zip(y).enumerate() {
            let share = if *y == A::Scalar::ZERO { A::Scalar::ZERO } else { *dy / *y };
            for (da, a) in line_mut(da, at, along.row).zip(line(a, at, along.row)) {
                *da += share * *a;
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
    fn the_norm_of_nothing_but_zeros_has_no_slope() {
        let (a, mut y, mut da) = ([[3.0f32, 4.0], [0.0, 0.0]], [9.0f32; 2], [[1.0f32; 2]; 2]);
        value::<1, _, _>(&a, &mut y);
        assert_eq!(y, [5.0, 0.0]);
        pull::<1, _, _>(&[5.0f32, 1.0], &a, &y, &mut da);
        assert_eq!(da, [[4.0, 5.0], [1.0, 1.0]]);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, a, y, da| pull::<AXIS, A, Y>(dy, a, y, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<0, [[f64; 3]; 2], [f64; 3]>();
        check::<1, [[[f64; 2]; 3]; 4], [[[f64; 2]; 1]; 4]>();
        check::<2, [[[f64; 35]; 3]; 4], [[f64; 3]; 4]>();
    }
}
