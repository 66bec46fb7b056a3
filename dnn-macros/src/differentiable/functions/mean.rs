//! y = the mean of x, of all of it or along an axis.

use super::Function;
use super::reduction::{self, Gradient};

pub(super) const FUNCTION: Function = reduction::function("mean", &["axis", "keepdim"], |call| {
    reduction::apply(call, ["mean::value", "mean::pull"], Gradient::Elements("dy / b"), &[])
});
