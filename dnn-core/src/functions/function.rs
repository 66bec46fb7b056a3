//! What the generated code of differentiable functions has in common.

use crate::operand;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use core::slice::{from_mut, from_ref};

/// A differentiable function of tensors `Arguments`, a tuple: its result, by which other functions know its shape.
#[diagnostic::on_unimplemented(
    message = "there is no differentiable function `{Self}` of `{Arguments}`",
    label = "takes other tensors, or is not differentiable",
    note = "`#[differentiable]` stands before its definition; a number with a gradient is written `2.0`, one without `2`"
)]
pub trait Function<Arguments> {
    /// What it gives.
    type Output: Tensor;
}

/// What a function gives back for one of its tensors: a gradient, or nothing where it has none by `wrt`.
pub trait Share<X> {
    /// Adds it.
    fn add_to(self, dx: &mut X);
}

impl<X: Tensor<Scalar: Scalar>> Share<X> for X {
    #[inline(always)]
    fn add_to(self, dx: &mut X) {
        add(dx, &self);
    }
}

impl<X> Share<X> for () {
    #[inline(always)]
    fn add_to(self, _: &mut X) {}
}

/// A constant as a scalar.
#[inline(always)]
pub fn number<T: Scalar>(value: impl Into<f64>) -> T {
    T::from_f64(value.into())
}

/// x += y
#[inline(always)]
pub fn add<X: Tensor<Scalar: Scalar>>(x: &mut X, y: &X) {
    operand::add(from_mut(x), from_ref(y));
}
