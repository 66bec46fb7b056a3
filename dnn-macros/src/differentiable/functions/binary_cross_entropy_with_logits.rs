//! y = the binary cross-entropy of the probabilities 1 / (1 + e^-x).

use super::{Function, Tangent, loss};

pub(super) const FUNCTION: Function = Function {
    name: "binary_cross_entropy_with_logits",
    operands: (2, 2),
    options: &[],
    apply: |call| {
        loss::mean(
            call,
            [
                "binary_cross_entropy_with_logits::value",
                "binary_cross_entropy_with_logits::pull0",
                "binary_cross_entropy_with_logits::pull1",
            ],
            None,
        )
    },
    tangent: Tangent::Each(&["mean((sigmoid(a) - b) * t)", "mean(-a * t)"]),
};
