//! y = a + b, with broadcasting
//!
//! da += dy, db += dy, each summed over what was repeated

use crate::operand::{Operand, gather, meet};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The sum of values, element by element, with PyTorch's
/// [broadcasting](https://docs.pytorch.org/docs/stable/notes/broadcasting.html): `a + b` in `fn forward`.
///
/// ```
/// use dnn_core::{Add, Operand};
/// let mut y = [[[1.0f32, 2.0], [3.0, 4.0]]];
/// Add.put(&[[10.0f32, 20.0]], &mut y);
/// assert_eq!(y, [[[11.0, 22.0], [13.0, 24.0]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Add;

impl<X: Tensor<Scalar: Scalar>, Y: Tensor<Scalar = X::Scalar>> Operand<X, Y> for Add {
    #[inline(always)]
    fn put(&self, x: &[X], y: &mut [Y]) {
        meet(x, y, |y, x| *y += x);
    }

    #[inline(always)]
    fn pull(&self, dy: &[Y], dx: &mut [X]) {
        gather(dy, dx, |dx, dy| *dx += dy);
    }
}

/// A value as the first of those that meet, repeated to their common shape.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Repeat;

impl<X: Tensor<Scalar: Scalar>, Y: Tensor<Scalar = X::Scalar>> Operand<X, Y> for Repeat {
    #[inline(always)]
    fn put(&self, x: &[X], y: &mut [Y]) {
        meet(x, y, |y, x| *y = x);
    }

    #[inline(always)]
    fn pull(&self, dy: &[Y], dx: &mut [X]) {
        gather(dy, dx, |dx, dy| *dx += dy);
    }
}
