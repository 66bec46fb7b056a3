//! `y = the smallest of a[k]` along an axis, or of the whole tensor, PyTorch's
//! [`amin`](https://docs.pytorch.org/docs/stable/generated/torch.amin.html)
//!
//! `da[k] += dy / n` where `a[k] = y`, which n elements do: equal ones share the gradient evenly. PyTorch's `min` over the
//! whole tensor does the same; along an axis it gives all of it to one of them, and `amin` does not.
//!
//! One NaN makes y NaN, and the gradients of its line. Over nothing y is inf.

use super::extreme;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

pub use super::sum::rule;

/// Writes the smallest elements along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    extreme::value::<AXIS, A, Y>(a, y, f64::INFINITY, |a, y| a < y);
}

/// **Adds** dL/da; reads a and y.
#[inline(always)]
pub fn pull<const AXIS: usize, A, Y>(dy: &Y, a: &A, y: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    extreme::pull::<AXIS, A, Y>(dy, a, y, da);
}

#[cfg(test)]
mod tests {
    use super::super::shape::WHOLE;
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn the_smallest_along_each_axis() {
        let (a, mut y, mut columns) = ([[3.0, 1.0], [2.0, 5.0f64]], 9.0, [9.0; 2]);
        value::<WHOLE, _, _>(&a, &mut y);
        value::<0, _, _>(&a, &mut columns);
        assert_eq!((y, columns), (1.0, [2.0, 1.0]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, a, y, da| pull::<AXIS, A, Y>(dy, a, y, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<1, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
    }
}
