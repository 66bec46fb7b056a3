//! y = the Euclidean norm of x, of all of it or along an axis.

use super::reduction::{self, Gradient};
use super::{Function, Read};

pub(super) const FUNCTION: Function = reduction::function("norm", &["axis", "keepdim"], |call| {
    reduction::apply(call, ["norm::value", "norm::pull"], Gradient::Call(&[Read::Operand(0), Read::Result]), &[])
});
