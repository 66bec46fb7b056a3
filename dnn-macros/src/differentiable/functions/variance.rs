//! y = the variance of x, of all of it or along an axis, by n - 1 unless `correction` says otherwise.

use super::reduction::{self, Gradient};
use super::{Function, Read};

pub(super) const FUNCTION: Function = reduction::function("variance", &["axis", "keepdim", "correction"], |call| {
    let correction = reduction::correction(call)?;
    reduction::apply(call, ["variance::value", "variance::pull"], Gradient::Call(&[Read::Operand(0)]), &[correction])
});
