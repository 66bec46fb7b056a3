//! `y = m + ln sum over k of e^(a[k] - m)` along an axis, or over the whole tensor, with m the largest element, so that e^(..)
//! cannot overflow
//!
//! `da[k] += dy e^(a[k] - y)`
//!
//! inf among the elements, or nothing but -inf, is the result; a NaN makes it NaN. Where y is infinite the gradient is NaN, as in
//! PyTorch, unless an element is -inf below an infinite y, which has 0.

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::max;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::sum::rule;

/// Writes the logarithms along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    max::value::<AXIS, A, Y>(a, y);
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    for (y, block) in parts_mut(y, along.row).zip(parts(a, along.block())) {
        for (at, y) in y.iter_mut().enumerate() {
            if !y.is_finite() {
                continue;
            }
            let mut sum = A::Scalar::ZERO;
            for a in line(block, at, along.row) {
                sum += (*a - *y).exp();
            }
            *y += sum.ln();
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
            for (da, a) in line_mut(da, at, along.row).zip(line(a, at, along.row)) {
                *da += *dy * (*a - *y).exp();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::WHOLE;
    use super::super::tests::Check;
    use super::*;
    use core::f64::consts::LN_2;

    #[test]
    fn large_numbers_do_not_overflow() {
        let (mut all, mut columns) = (9.0, [9.0; 2]);
        value::<WHOLE, _, _>(&[[1e30, 1e30], [-1e30, f64::NEG_INFINITY]], &mut all);
        value::<0, _, _>(&[[0.0, 3.0], [0.0, f64::NEG_INFINITY]], &mut columns);
        assert_eq!((all, columns), (1e30 + LN_2, [LN_2, 3.0]));
        value::<1, _, _>(&[[f64::NEG_INFINITY; 2], [f64::INFINITY, 0.0]], &mut columns);
        assert_eq!(columns, [f64::NEG_INFINITY, f64::INFINITY]);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, a, y, da| pull::<AXIS, A, Y>(dy, a, y, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<0, [f64; 5], f64>();
        check::<0, [[[f64; 2]; 3]; 4], [[f64; 2]; 3]>();
        check::<1, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
    }
}
