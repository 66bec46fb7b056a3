//! y = ln of the sum of e^x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read, Tangent};

const TANGENT: Tangent = Tangent::Each(&["sum(exp(a - kept) * t, options)"]);

pub(super) const FUNCTION: Function = reduction::function("logsumexp", &["axis", "keepdim"], TANGENT, |call| {
    let reads = &[Read::Operand(0), Read::Result];
    reduction::apply(call, ["logsumexp::value", "logsumexp::pull"], Gradient::Call(reads), &[])
});
