//! What the generated code of differentiable functions has in common.

use crate::operand;
use crate::scalar::Scalar;
use crate::tensor::{self, Tensor};
use core::slice::{from_mut, from_ref};

/// A function that gives a number, and so has a gradient: there is none for others.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives a tensor, `{Y}`, and `gradient` is that of a number: write `{Self}::pullback(.., &cotangent)`, or give the `sum` or `mean`",
    label = "gives no number"
)]
pub trait Number<Y> {
    /// 1, the gradient of a number by itself.
    const ONE: Y;
}

/// A differentiable function that is differentiated twice: `Arguments` is the tuple of its arguments, tensors by reference, and
/// of a direction for each tensor behind them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is differentiated once, and a function that is differentiated twice calls it",
    label = "has no second derivatives",
    note = "write `#[differentiable(twice)]` before its definition"
)]
pub trait Twice<Arguments> {
    /// What it gives, and so the tangent of that.
    type Output: Tensor;
    /// What each tensor and each direction gets.
    type Shares;
    /// What the result changes by along the directions.
    fn tangent(arguments: Arguments) -> Self::Output;
    /// The gradients that a gradient of the tangent gives.
    fn pull(arguments: Arguments, cotangent: &Self::Output) -> Self::Shares;
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

/// A constant that stands for a number in a formula.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number, and a constant in a formula is one",
    label = "is no number",
    note = "an array is handed over as an argument, or written out: `[1.0, 2.0]`"
)]
pub trait Constant {
    /// The number.
    fn into_f64(self) -> f64;
}

macro_rules! constants {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Constant for $ty {
            #[inline(always)]
            fn into_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}
constants!(f32 f64 i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

/// A constant as a scalar.
#[inline(always)]
pub fn number<T: Scalar>(value: impl Constant) -> T {
    T::from_f64(value.into_f64())
}

/// x += y
#[inline(always)]
pub fn add<X: Tensor<Scalar: Scalar>>(x: &mut X, y: &X) {
    operand::add(from_mut(x), from_ref(y));
}

/// x = 0
#[inline(always)]
pub fn clear<X: Tensor<Scalar: Scalar>>(x: &mut X) {
    operand::clear(from_mut(x));
}

/// x = y, without a copy on the stack
#[inline(always)]
pub fn copy<X: Tensor>(x: &mut X, y: &X) {
    tensor::copy(from_mut(x), from_ref(y));
}

/// The first tensor of a workspace, and what lies behind it; nothing where it is too short.
#[inline(always)]
pub fn buffer<X: Tensor>(workspace: &mut [X::Scalar]) -> Option<(&mut X, &mut [X::Scalar])> {
    let (buffer, rest) = workspace.split_at_mut_checked(X::LEN)?;
    Some((tensor::batch_mut::<X>(buffer).first_mut()?, rest))
}

/// Whether a workspace is long enough: `constant` says how long it has to be, `f::WORKSPACE`.
///
/// # Panics
/// Where it is not. Release builds without the feature `alloc`, where no panic may be reachable, return `false` instead; the
/// function then gives NaN.
#[inline(always)]
#[track_caller]
pub fn fits(constant: &str, workspace: usize, need: usize) -> bool {
    if workspace < need && cfg!(any(feature = "alloc", debug_assertions)) {
        short(constant, workspace, need);
    }
    workspace >= need
}

#[cold]
#[inline(never)]
#[track_caller]
fn short(constant: &str, workspace: usize, need: usize) -> ! {
    let name = constant.split("::").next().unwrap_or(constant);
    panic!("a workspace of {workspace} scalars, but `{name}` takes {need}: make it of `{constant}`")
}
