//! y = -x[t] for log probabilities x and the class t.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent, loss};
use crate::differentiable::shape::Shape;
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "nll_loss", operands: (1, 2), options: &["target"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let (x, name) = call.operands[0].clone();
    let (Some(target), 1) = (loss::target(call), call.operands.len()) else {
        return call.mistake(
            "`nll_loss` takes log probabilities and a class: write `nll_loss(x, target)` with an argument `target: usize`",
        );
    };
    if let Some(lengths) = x.lengths()
        && lengths.len() != 1
    {
        return call.mistake(format!(
            "`nll_loss` takes the log probabilities of one sample, a vector, but {name} is {x}: call it for each, `x[0]`"
        ));
    }
    loss::fits(call, &[quote!(__dnn::functions::shape::Shape::SCALAR)])?;
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let value = vec![invocation("nll_loss::value", vec![Read::Operand(0), Read::Given(target.clone())])];
    let pulls = vec![Pull::Call(invocation("nll_loss::pull0", vec![Read::Gradient, Read::Given(target)]))];
    Some((Shape::SCALAR, Form::Calls { value, pulls }))
}
