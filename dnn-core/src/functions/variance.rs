//! `y = sum over k of (a[k] - m)^2 / (n - CORRECTION)` along an axis of n elements with the mean m, PyTorch's
//! [`var`](https://docs.pytorch.org/docs/stable/generated/torch.var.html), whose correction is 1 by default
//!
//! `da[k] += dy 2 / (n - CORRECTION) (a[k] - m)`
//!
//! The mean is taken first, so that large numbers close to each other do not cancel. NaN where n is not more than the
//! correction.

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::sum::total;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::sum::rule;

/// Writes the variances along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, const CORRECTION: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let divisor = A::Scalar::from_usize(along.rows.saturating_sub(CORRECTION));
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    if A::LEN == 0 {
        y.fill(A::Scalar::from_f64(f64::NAN));
    }
    for (y, block) in parts_mut(y, along.row).zip(parts(a, along.block())) {
        for (at, y) in y.iter_mut().enumerate() {
            let mean = mean(block, at, along);
            let mut sum = A::Scalar::ZERO;
            for a in line(block, at, along.row) {
                sum += (*a - mean) * (*a - mean);
            }
            *y = sum / divisor;
        }
    }
}

/// **Adds** dL/da; reads a.
#[inline(always)]
pub fn pull<const AXIS: usize, const CORRECTION: usize, A, Y>(dy: &Y, a: &A, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let factor = A::Scalar::from_f64(2.0) / A::Scalar::from_usize(along.rows.saturating_sub(CORRECTION));
    let (dy, a, da) = (flat(from_ref(dy)), flat(from_ref(a)), flat_mut(from_mut(da)));
    let blocks = parts(a, along.block()).zip(parts_mut(da, along.block()));
    for (dy, (a, da)) in parts(dy, along.row).zip(blocks) {
        for (at, dy) in dy.iter().enumerate() {
            let (mean, share) = (mean(a, at, along), factor * *dy);
            for (da, a) in line_mut(da, at, along.row).zip(line(a, at, along.row)) {
                *da += share * (*a - mean);
            }
        }
    }
}

/// The mean of a line of a block.
#[inline(always)]
pub(super) fn mean<T: Scalar>(block: &[T], at: usize, along: Axis) -> T {
    let mut sum = T::ZERO;
    if along.row == 1 {
        sum = total(block);
    } else {
        for a in line(block, at, along.row) {
            sum += *a;
        }
    }
    sum / T::from_usize(along.rows)
}

#[cfg(test)]
mod tests {
    use super::super::shape::WHOLE;
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn variances_of_round_numbers() {
        let (a, mut all, mut columns, mut rows) = ([[1.0, 2.0], [5.0, 4.0f64]], 9.0f64, [9.0; 2], [9.0; 2]);
        value::<WHOLE, 0, _, _>(&a, &mut all);
        value::<0, 1, _, _>(&a, &mut columns);
        value::<1, 1, _, _>(&a, &mut rows);
        assert_eq!((all, columns, rows), (2.5, [8.0, 2.0], [0.5, 0.5]));
        value::<0, 1, _, _>(&[3.0], &mut all);
        assert!(all.is_nan());
        value::<0, 1, [f64; 0], _>(&[], &mut all);
        assert!(all.is_nan());
    }

    #[test]
    fn large_numbers_close_to_each_other_do_not_cancel() {
        let mut y = 9.0f32;
        value::<0, 1, _, _>(&[1e6f32, 1e6 + 1.0, 1e6 + 2.0], &mut y);
        assert_eq!(y, 1.0);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, const CORRECTION: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7)
                .one(value::<AXIS, CORRECTION, A, Y>, |dy, a, _, da| pull::<AXIS, CORRECTION, A, Y>(dy, a, da));
        }
        check::<WHOLE, 1, [[f64; 3]; 2], f64>();
        check::<0, 0, [f64; 40], f64>();
        check::<0, 1, [[[f64; 2]; 3]; 4], [[f64; 2]; 3]>();
        check::<1, 2, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
        check::<2, 1, [[[f64; 2]; 3]; 4], [[f64; 3]; 4]>();
    }
}
