//! y = x minus ln of the sum of e^x along an axis.

use super::{Function, Tangent, along};

const TANGENT: Tangent = Tangent::Each(&["t - sum(exp(y) * t, along, keepdim = true)"]);

pub(super) const FUNCTION: Function =
    along::function("log_softmax", TANGENT, |call| along::apply(call, ["log_softmax::value", "log_softmax::pull"]));
