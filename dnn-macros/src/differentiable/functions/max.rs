//! y = the largest element of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent = Tangent::Each(&["sum(where_(a == kept, t, 0.0), options) / sum(a == kept, options)"]);

pub(super) const FUNCTION: Function = reduction::function("max", &["axis", "keepdim"], TANGENT, |call| {
    let reads = &[Read::Operand(0), Read::Result];
    reduction::apply(call, ["max::value", "max::pull"], Gradient::Call(reads), &[])
});
