//! y = the mean of -(t ln x + (1 - t) ln(1 - x)), each logarithm not below -100.

use super::{Function, Tangent, loss};

pub(super) const FUNCTION: Function = Function {
    name: "binary_cross_entropy",
    operands: (2, 2),
    options: &[],
    apply: |call| {
        loss::mean(
            call,
            ["binary_cross_entropy::value", "binary_cross_entropy::pull0", "binary_cross_entropy::pull1"],
            None,
        )
    },
    tangent: Tangent::Each(&["mean((a - b) / maximum(a * (1.0 - a), 1e-12) * t)", "mean((ln_1p(-a) - ln(a)) * t)"]),
};
