//! y = the mean of e^2 / 2 for e = x - t within delta, delta (|e| - delta / 2) beyond.

use super::{Function, Tangent, loss};

pub(super) const FUNCTION: Function = Function {
    name: "huber_loss",
    operands: (2, 2),
    options: &["delta"],
    apply: |call| {
        loss::mean(call, ["huber_loss::value", "huber_loss::pull0", "huber_loss::pull1"], Some(("delta", 1.0)))
    },
    tangent: Tangent::Each(&["mean(clamp(a - b, -delta, delta) * t)", "mean(clamp(b - a, -delta, delta) * t)"]),
};
