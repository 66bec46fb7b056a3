//! y = the mean of t (ln t - x) for log probabilities x; with `log_target = true` the target has logarithms too.

use super::{Function, Invocation, Pull, Read, Tangent, loss};
use crate::differentiable::shape::Shape;
use quote::quote;

pub(super) const FUNCTION: Function = Function {
    name: "kl_div",
    operands: (2, 2),
    options: &["log_target"],
    apply: |call| {
        loss::alike(call)?;
        let log = call.is_set("log_target");
        let invocation = |path, reads: &[Read]| Invocation {
            path,
            constants: vec![quote!(#log)],
            types: 1,
            reads: reads.iter().chain(&[Read::Operand(0), Read::Operand(1)]).cloned().collect(),
        };
        let pull = |path| Pull::Call(invocation(path, &[Read::Gradient]));
        let value = vec![invocation("kl_div::value", &[])];
        let pulls = vec![pull("kl_div::pull0"), pull("kl_div::pull1")];
        Some((Shape::SCALAR, super::Form::Calls { value, pulls }))
    },
    tangent: Tangent::Cases(|_, settings| match settings.iter().any(|setting| !setting.is_zero()) {
        true => &["mean(-exp(b) * t)", "mean(exp(b) * (b - a + 1.0) * t)"],
        false => &["mean(-b * t)", "mean((ln(b) + 1.0 - a) * t)"],
    }),
};
