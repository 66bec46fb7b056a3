//! `y = product over k of a[k]` along an axis, or of the whole tensor, PyTorch's
//! [`prod`](https://docs.pytorch.org/docs/stable/generated/torch.prod.html)
//!
//! `da[k] += dy` times the product of all others: of `y / a[k]` where no element is 0, of the others where one is, nothing where
//! several are

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::sum::rule;

/// Writes the products along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    y.fill(A::Scalar::ONE);
    for (y, block) in parts_mut(y, along.row).zip(parts(a, along.block())) {
        for row in parts(block, along.row) {
            for (y, a) in y.iter_mut().zip(row) {
                *y *= *a;
            }
        }
    }
}

/// **Adds** dL/da; reads a.
#[inline(always)]
pub fn pull<const AXIS: usize, A, Y>(dy: &Y, a: &A, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let along = const { Axis::reduced::<A, Y>(AXIS) };
    let (zero, one) = (A::Scalar::ZERO, A::Scalar::ONE);
    let (dy, a, da) = (flat(from_ref(dy)), flat(from_ref(a)), flat_mut(from_mut(da)));
    let blocks = parts(a, along.block()).zip(parts_mut(da, along.block()));
    for (dy, (a, da)) in parts(dy, along.row).zip(blocks) {
        for (at, dy) in dy.iter().enumerate() {
            // The product of what is not 0, and how often 0 is there.
            let (mut product, mut zeros) = (*dy, zero);
            for a in line(a, at, along.row) {
                if *a == zero {
                    zeros += one;
                } else {
                    product *= *a;
                }
            }
            for (da, a) in line_mut(da, at, along.row).zip(line(a, at, along.row)) {
                if zeros == zero {
                    *da += product / *a;
                } else if zeros == one && *a == zero {
                    *da += product;
                }
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
    fn zeros_leave_the_product_of_the_others() {
        // torch.prod, 2.15
        let a = [[2.0f32, 0.0, 3.0], [2.0, 0.0, 0.0], [2.0, 5.0, 3.0]];
        let (mut y, mut da) = ([9.0f32; 3], [[0.0f32; 3]; 3]);
        value::<1, _, _>(&a, &mut y);
        assert_eq!(y, [0.0, 0.0, 30.0]);
        pull::<1, _, _>(&[1.0f32; 3], &a, &mut da);
        assert_eq!(da, [[0.0, 6.0, 0.0], [0.0; 3], [15.0, 6.0, 10.0]]);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, a, _, da| pull::<AXIS, A, Y>(dy, a, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<0, [[f64; 3]; 2], [f64; 3]>();
        check::<1, [[[f64; 2]; 3]; 4], [[[f64; 2]; 1]; 4]>();
    }
}
