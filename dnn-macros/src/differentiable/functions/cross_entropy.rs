//! y = -ln p of the class t, or -sum of t ln p for probabilities t, with p = softmax(x).

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent, loss};
use crate::differentiable::shape::Shape;
use quote::quote;

pub(super) const FUNCTION: Function = Function {
    name: "cross_entropy",
    operands: (1, 2),
    options: &["target"],
    apply,
    tangent: Tangent::Cases(|operands, _| match operands {
        1 => &["sum(softmax(a) * t) + nll_loss(t, options)"],
        _ => &["sum(softmax(a) * t) * sum(b) - sum(b * t)", "-sum(log_softmax(a) * t)"],
    }),
};

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let (x, name) = call.operands[0].clone();
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let target = loss::target(call);
    if let Some(lengths) = x.lengths()
        && lengths.len() != 1
    {
        return call.mistake(format!(
            "`cross_entropy` takes the logits of one sample, a vector, but {name} is {x}: call it for each, `x[0]`"
        ));
    }
    let target = match (target, call.operands.len()) {
        (Some(target), 1) => {
            loss::fits(call, &[quote!(__dnn::functions::shape::Shape::SCALAR)])?;
            Read::Given(target)
        }
        (None, 2) => {
            let (target, other) = call.operands[1].clone();
            if let (Some(a), Some(b)) = (x.lengths(), target.lengths())
                && a != b
            {
                let message = format!(
                    "`cross_entropy`: {name} is {x} and {other} is {target}: a target is a class, `target: usize`, or a probability for each class, {x}"
                );
                return call.mistake(message);
            }
            loss::fits(call, &[])?;
            Read::Operand(1)
        }
        _ => {
            return call.mistake(
                "`cross_entropy` takes logits and a target: write `cross_entropy(x, target)` with an argument `target: usize`",
            );
        }
    };
    let value = vec![invocation("cross_entropy::value", vec![Read::Operand(0), target.clone()])];
    let mut pulls =
        vec![Pull::Call(invocation("cross_entropy::pull0", vec![Read::Gradient, Read::Operand(0), target]))];
    if call.operands.len() == 2 {
        pulls.push(Pull::Call(invocation("cross_entropy::pull1", vec![Read::Gradient, Read::Operand(0)])));
    }
    Some((Shape::SCALAR, Form::Calls { value, pulls }))
}
