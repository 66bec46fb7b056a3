//! y = a b, element by element, with broadcasting
//!
//! da += b dy, db += a dy, each summed over what was repeated

use crate::operand::{gather_product, meet};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The product of two values, element by element, with broadcasting: `a * b` in `fn forward`.
///
/// ```
/// use dnn_core::Multiply;
/// let mut y = [[[1.0f32, 2.0], [3.0, 4.0]]];
/// Multiply.put(&[[10.0f32, 20.0]], &mut y);
/// assert_eq!(y, [[[10.0, 40.0], [30.0, 80.0]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Multiply;

impl Multiply {
    /// The first factor is in y; this multiplies by the other one.
    #[inline(always)]
    pub fn put<X: Tensor<Scalar: Scalar>, Y: Tensor<Scalar = X::Scalar>>(&self, x: &[X], y: &mut [Y]) {
        meet(x, y, |y, x| *y *= x);
    }

    /// **Adds** the gradient of one factor, given the `other` one.
    #[inline(always)]
    pub fn pull<X, Z, Y>(&self, other: &[Z], dy: &[Y], dx: &mut [X])
    where
        X: Tensor<Scalar: Scalar>,
        Z: Tensor<Scalar = X::Scalar>,
        Y: Tensor<Scalar = X::Scalar>,
    {
        gather_product(dy, other, dx);
    }
}
