//! y = the elements of x on and above a diagonal of the last two axes, and zeros: `triu(x, diagonal = 1)`.

use super::{Function, triangle};

pub(super) const FUNCTION: Function =
    triangle::function("triu", |call| triangle::apply(call, ["triu::value", "triu::pull"]));
