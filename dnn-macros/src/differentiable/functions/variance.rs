//! y = the variance of x, of all of it or along an axis, by n - 1 unless `correction` says otherwise.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent =
    Tangent::Each(&["sum((a - mean(a, keepdim = true, options)) * t, options) * (2.0 / (count - correction))"]);

pub(super) const FUNCTION: Function =
    reduction::function("variance", &["axis", "keepdim", "correction"], TANGENT, |call| {
        let correction = reduction::correction(call)?;
        let reads = Gradient::Call(&[Read::Operand(0)]);
        reduction::apply(call, ["variance::value", "variance::pull"], reads, &[correction])
    });
