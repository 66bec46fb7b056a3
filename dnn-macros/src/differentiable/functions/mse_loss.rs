//! y = the mean of (x - t)^2.

use super::{Function, Tangent, loss};

pub(super) const FUNCTION: Function = Function {
    name: "mse_loss",
    operands: (2, 2),
    options: &[],
    apply: |call| loss::mean(call, ["mse_loss::value", "mse_loss::pull0", "mse_loss::pull1"], None),
    tangent: Tangent::Each(&["mean(2.0 * (a - b) * t)", "mean(2.0 * (b - a) * t)"]),
};
