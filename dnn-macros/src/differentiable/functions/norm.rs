//! y = the Euclidean norm of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent = Tangent::Each(&["sum(a * t, options) / where_(y == 0.0, 1.0, y)"]);

pub(super) const FUNCTION: Function = reduction::function("norm", &["axis", "keepdim"], TANGENT, |call| {
    reduction::apply(call, ["norm::value", "norm::pull"], Gradient::Call(&[Read::Operand(0), Read::Result]), &[])
});
