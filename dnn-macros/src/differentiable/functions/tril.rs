//! y = the elements of x on and below a diagonal of the last two axes, and zeros: `tril(x, diagonal = 1)`.

use super::{Function, triangle};

pub(super) const FUNCTION: Function =
    triangle::function("tril", |call| triangle::apply(call, ["tril::value", "tril::pull"]));
