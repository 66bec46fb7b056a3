//! y = the standard deviation of x, of all of it or along an axis, by n - 1 unless `correction` says otherwise.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent = Tangent::Each(&[
    "sum((a - mean(a, keepdim = true, options)) * t, options) / ((count - correction) * where_(y == 0.0, 1.0, y))",
]);

pub(super) const FUNCTION: Function = reduction::function("std", &["axis", "keepdim", "correction"], TANGENT, |call| {
    let correction = reduction::correction(call)?;
    let reads = Gradient::Call(&[Read::Operand(0), Read::Result]);
    reduction::apply(call, ["std::value", "std::pull"], reads, &[correction])
});
