//! y = the mean of e^2 / (2 beta) for e = x - t within beta, |e| - beta / 2 beyond.

use super::{Function, loss};

pub(super) const FUNCTION: Function = Function {
    name: "smooth_l1_loss",
    operands: (2, 2),
    options: &["beta"],
    apply: |call| {
        loss::mean(
            call,
            ["smooth_l1_loss::value", "smooth_l1_loss::pull0", "smooth_l1_loss::pull1"],
            Some(("beta", 1.0)),
        )
    },
};
