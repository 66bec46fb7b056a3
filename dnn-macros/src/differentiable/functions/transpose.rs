//! y = x with its last two axes exchanged.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Shape, count, term_from_last};

pub(super) const FUNCTION: Function =
    Function { name: "transpose", operands: (1, 1), options: &[], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let shape = match call.lengths(0) {
        Some([others @ .., rows, columns]) => Shape::Known(others.iter().chain([columns, rows]).cloned().collect()),
        Some(_) => {
            let (shape, name) = call.operands[0].clone();
            return call.mistake(format!("`transpose` exchanges two axes, but {name} is {shape}: it needs none"));
        }
        None => {
            let of = call.operands[0].0.clone();
            let shape = call.evaluated("transpose", &[])?;
            call.proved_length(&shape, term_from_last(&shape, 0), term_from_last(&of, 1));
            call.proved_length(&shape, term_from_last(&shape, 1), term_from_last(&of, 0));
            call.proved_length(&shape, count(&shape), count(&of));
            shape
        }
    };
    let shape = call.proved(shape, "transpose", &[])?;
    let invocation = |path, read| Invocation { path, constants: Vec::new(), types: 0, reads: vec![read] };
    let value = vec![invocation("transpose::value", Read::Operand(0))];
    let pulls = vec![Pull::Call(invocation("transpose::pull", Read::Gradient))];
    Some((shape, Form::Calls { value, pulls }))
}
