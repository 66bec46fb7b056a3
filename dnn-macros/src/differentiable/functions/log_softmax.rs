//! y = x minus ln of the sum of e^x along an axis.

use super::{Function, along};

pub(super) const FUNCTION: Function =
    along::function("log_softmax", |call| along::apply(call, ["log_softmax::value", "log_softmax::pull"]));
