//! y = e^x over the sum of e^x along an axis.

use super::{Function, Tangent, along};

const TANGENT: Tangent = Tangent::Each(&["y * (t - sum(y * t, along, keepdim = true))"]);

pub(super) const FUNCTION: Function =
    along::function("softmax", TANGENT, |call| along::apply(call, ["softmax::value", "softmax::pull"]));
