//! y = the smallest element of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent = Tangent::Each(&["sum(where_(a == kept, t, 0.0), options) / sum(a == kept, options)"]);

pub(super) const FUNCTION: Function = reduction::function("min", &["axis", "keepdim"], TANGENT, |call| {
    let reads = &[Read::Operand(0), Read::Result];
    reduction::apply(call, ["min::value", "min::pull"], Gradient::Call(reads), &[])
});
