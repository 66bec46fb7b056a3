//! `y = the largest of a[k]` along an axis, or of the whole tensor, PyTorch's
//! [`amax`](https://docs.pytorch.org/docs/stable/generated/torch.amax.html)
//!
//! `da[k] += dy / n` where `a[k] = y`, which n elements do: equal ones share the gradient evenly. PyTorch's `max` over the
//! whole tensor does the same; along an axis it gives all of it to one of them, and `amax` does not.
//!
//! One NaN makes y NaN, and the gradients of its line. Over nothing y is -inf.

use super::extreme;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

pub use super::sum::rule;

/// Writes the largest elements along the axis; y is without it, or keeps it with the length 1.
#[inline(always)]
pub fn value<const AXIS: usize, A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    extreme::value::<AXIS, A, Y>(a, y, f64::NEG_INFINITY, |a, y| a > y);
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
    fn equal_elements_share_the_gradient() {
        // torch.amax, 2.15
        let (a, mut y, mut da) = ([[1.0, 3.0, 3.0], [f64::NAN, 1.0, 0.0]], [9.0f64; 2], [[0.0f64; 3]; 2]);
        value::<1, _, _>(&a, &mut y);
        assert!(y[0] == 3.0 && y[1].is_nan());
        pull::<1, _, _>(&[1.0f64, 1.0], &a, &y, &mut da);
        assert_eq!(da[0], [0.0, 0.5, 0.5]);
        assert!(da[1].iter().all(|d| d.is_nan()));
        let mut nothing = 9.0;
        value::<0, [f64; 0], _>(&[], &mut nothing);
        assert_eq!(nothing, f64::NEG_INFINITY);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A, Y>, |dy, a, y, da| pull::<AXIS, A, Y>(dy, a, y, da));
        }
        check::<WHOLE, [[f64; 3]; 2], f64>();
        check::<0, [[[f64; 2]; 3]; 4], [[f64; 2]; 3]>();
        check::<1, [[[f64; 2]; 3]; 4], [[f64; 2]; 4]>();
        check::<2, [[[f64; 2]; 3]; 4], [[f64; 3]; 4]>();
    }
}
