//! y = the sum of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Tangent};

pub(super) const FUNCTION: Function = reduction::function("sum", &["axis", "keepdim"], Tangent::Linear, |call| {
    reduction::apply(call, ["sum::value", "sum::pull"], Gradient::Elements("dy"), &[])
});
