//! y = the mean of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Tangent};

pub(super) const FUNCTION: Function = reduction::function("mean", &["axis", "keepdim"], Tangent::Linear, |call| {
    reduction::apply(call, ["mean::value", "mean::pull"], Gradient::Elements("dy / b"), &[])
});
