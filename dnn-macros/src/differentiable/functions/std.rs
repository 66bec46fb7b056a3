//! y = the standard deviation of x, of all of it or along an axis, by n - 1 unless `correction` says otherwise.

use super::reduction::{self, Gradient};
use super::{Function, Read};

pub(super) const FUNCTION: Function = reduction::function("std", &["axis", "keepdim", "correction"], |call| {
    let correction = reduction::correction(call)?;
    let reads = Gradient::Call(&[Read::Operand(0), Read::Result]);
    reduction::apply(call, ["std::value", "std::pull"], reads, &[correction])
});
