//! y = the mean of |x - t|.

use super::{Function, Tangent, loss};

pub(super) const FUNCTION: Function = Function {
    name: "l1_loss",
    operands: (2, 2),
    options: &[],
    apply: |call| loss::mean(call, ["l1_loss::value", "l1_loss::pull0", "l1_loss::pull1"], None),
    tangent: Tangent::Each(&["mean(sign(a - b) * t)", "mean(sign(b - a) * t)"]),
};
