//! y = the product of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent = Tangent::Each(&["sum(prod(a, keepdim = true, options) / a * t, options)"]);

pub(super) const FUNCTION: Function = reduction::function("prod", &["axis", "keepdim"], TANGENT, |call| {
    reduction::apply(call, ["prod::value", "prod::pull"], Gradient::Call(&[Read::Operand(0)]), &[])
});
