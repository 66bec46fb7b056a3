//! y = the smallest element of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read};

pub(super) const FUNCTION: Function = reduction::function("min", &["axis", "keepdim"], |call| {
    let reads = &[Read::Operand(0), Read::Result];
    reduction::apply(call, ["min::value", "min::pull"], Gradient::Call(reads), &[])
});
