//! y = the mean of e^2 / (2 beta) for e = x - t within beta, |e| - beta / 2 beyond.

use super::{Function, Tangent, loss};

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
    tangent: Tangent::Cases(|_, settings| match settings.iter().any(|setting| setting.is_zero()) {
        true => &["mean(sign(a - b) * t)", "mean(sign(b - a) * t)"],
        false => &["mean(clamp((a - b) / beta, -1.0, 1.0) * t)", "mean(clamp((b - a) / beta, -1.0, 1.0) * t)"],
    }),
};
