//! y = sum over i of a[i] b[i]: the product of two vectors.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Shape, expression};
use quote::quote;

pub(super) const FUNCTION: Function = Function {
    name: "dot",
    operands: (2, 2),
    options: &[],
    apply,
    tangent: Tangent::Each(&["dot(t, b)", "dot(a, t)"]),
};

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let [(left, x), (right, y)] = [call.operands[0].clone(), call.operands[1].clone()];
    let rule = {
        let (a, b) = (expression(&left), expression(&right));
        crate::emit::at(call.place.ends().0, quote!(__dnn::functions::matmul::rule_dot(#a, #b)))
    };
    match (left.lengths(), right.lengths()) {
        (Some([n]), Some([m])) if n == m => {
            if n.number().is_some() {
                call.constants.proofs.shape(call.name, &Shape::SCALAR, &rule);
            }
        }
        (Some([n]), Some([m])) => {
            return call.mistake(format!("{x} has {n} elements and {y} has {m}: write as many of one as of the other"));
        }
        (Some(_), Some(_)) => {
            let (shape, name) = if left.lengths().is_some_and(|own| own.len() == 1) { (right, y) } else { (left, x) };
            return call.mistake(format!("`dot` takes two vectors, but {name} is {shape}: write `matmul`"));
        }
        _ if left.is_generic() || right.is_generic() => {
            let message = "a length that is a const parameter meets one that rustc alone knows: write the types out";
            return call.mistake(message);
        }
        _ => call.requires(rule),
    }
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let value = vec![invocation("matmul::value", vec![Read::Operand(0), Read::Operand(1)])];
    let pulls = vec![
        Pull::Call(invocation("matmul::pull0", vec![Read::Gradient, Read::Operand(1)])),
        Pull::Call(invocation("matmul::pull1", vec![Read::Gradient, Read::Operand(0)])),
    ];
    Some((Shape::SCALAR, Form::Calls { value, pulls }))
}
