//! y = the sum of x, of all of it or along an axis.

use super::Function;
use super::reduction::{self, Gradient};

pub(super) const FUNCTION: Function = reduction::function("sum", &["axis", "keepdim"], |call| {
    reduction::apply(call, ["sum::value", "sum::pull"], Gradient::Elements("dy"), &[])
});
