//! y = x Wᵀ + b with W of shape [outputs, inputs], as in PyTorch; b may be left out.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, count, expression, term, term_from_last};
use quote::quote;

pub(super) const FUNCTION: Function = Function {
    name: "linear",
    operands: (2, 3),
    options: &[],
    apply,
    tangent: Tangent::Each(&["linear(t, b)", "linear(a, t)", "t"]),
};

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let bias = match call.operands.get(2) {
        Some((shape, _)) => {
            let shape = expression(shape);
            quote!(::core::option::Option::Some(#shape))
        }
        None => quote!(::core::option::Option::None),
    };
    let lengths: Option<Vec<Vec<Length>>> =
        (0..call.operands.len()).map(|at| call.lengths(at).map(<[Length]>::to_vec)).collect();
    let shape = lengths.map(|lengths| known(call, &lengths));
    // The rule takes the bias as an option.
    let operands = call.operands.clone();
    let shape = match shape {
        Some(shape) => {
            let shape = shape?;
            call.operands.truncate(2);
            let bias_is_known = operands.iter().all(|(shape, _)| shape.numbers().is_some());
            if bias_is_known { call.proved(shape, "linear", &[bias])? } else { shape }
        }
        None => {
            call.refuse_generic()?;
            call.operands.truncate(2);
            let shape = call.evaluated("linear", &[bias])?;
            let [x, w] = [0, 1].map(|at| operands[at].0.clone());
            call.proved_length(&shape, term_from_last(&shape, 0), term(&w, 0));
            call.proved_length(&shape, count(&shape) * term(&w, 1), count(&x) * term(&w, 0));
            shape
        }
    };
    call.operands = operands;
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let bias = if call.operands.len() == 3 { Read::Operand(2) } else { Read::Given(quote!(&())) };
    let value = vec![invocation("linear::value", vec![Read::Operand(0), Read::Operand(1), bias])];
    let mut pulls = vec![
        Pull::Call(invocation("linear::pull0", vec![Read::Gradient, Read::Operand(1)])),
        Pull::Call(invocation("linear::pull1", vec![Read::Gradient, Read::Operand(0)])),
    ];
    if call.operands.len() == 3 {
        pulls.push(Pull::Call(invocation("linear::pull2", vec![Read::Gradient])));
    }
    Some((shape, Form::Calls { value, pulls }))
}

fn known(call: &mut Call<'_>, lengths: &[Vec<Length>]) -> Option<Shape> {
    let names: Vec<(Shape, String)> = call.operands.clone();
    let [outputs, inputs] = &lengths[1][..] else {
        let (shape, name) = &names[1];
        return call.mistake(format!("the weight of `linear` is [outputs, inputs], but {name} is {shape}"));
    };
    match &lengths[0][..] {
        [.., own] if own == inputs => {}
        _ => {
            let [(x, name), (w, weight)] = [&names[0], &names[1]];
            return call.mistake(format!(
                "{weight} is {w}, so that `linear` takes {inputs} inputs, but {name} is {x}: change one of them"
            ));
        }
    }
    if let Some(bias) = lengths.get(2)
        && !matches!(&bias[..], [length] if length == outputs || length.is_one())
    {
        let (shape, name) = &names[2];
        return call
            .mistake(format!("the bias of `linear` is [{outputs}] here, but {name} is {shape}: write [{outputs}], or [1] for one that all outputs share"));
    }
    let mut shape = lengths[0].clone();
    *shape.last_mut()? = outputs.clone();
    Some(Shape::Known(shape))
}
