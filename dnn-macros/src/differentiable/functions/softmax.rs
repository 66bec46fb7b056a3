//! y = e^x over the sum of e^x along an axis.

use super::{Function, along};

pub(super) const FUNCTION: Function =
    along::function("softmax", |call| along::apply(call, ["softmax::value", "softmax::pull"]));
