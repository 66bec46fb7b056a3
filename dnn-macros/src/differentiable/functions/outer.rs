//! y[i][j] = a[i] b[j]: the outer product of two vectors.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Shape, term};

pub(super) const FUNCTION: Function = Function {
    name: "outer",
    operands: (2, 2),
    options: &[],
    apply,
    tangent: Tangent::Each(&["outer(t, b)", "outer(a, t)"]),
};

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let shape = match (call.lengths(0), call.lengths(1)) {
        (Some([a]), Some([b])) => Shape::Known(vec![a.clone(), b.clone()]),
        (Some(a), Some(b)) => {
            let at = usize::from(a.len() == 1 && b.len() != 1);
            let (shape, name) = call.operands[at].clone();
            return call
                .mistake(format!("`outer` takes two vectors, but {name} is {shape}: write `matmul`, or `flatten` it"));
        }
        _ => {
            let [rows, columns] = [0, 1].map(|at| term(&call.operands[at].0, 0));
            let shape = call.evaluated("outer", &[])?;
            call.proved_length(&shape, term(&shape, 0), rows);
            call.proved_length(&shape, term(&shape, 1), columns);
            shape
        }
    };
    let shape = call.proved(shape, "outer", &[])?;
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let value = vec![invocation("outer::value", vec![Read::Operand(0), Read::Operand(1)])];
    let pulls = vec![
        Pull::Call(invocation("outer::pull0", vec![Read::Gradient, Read::Operand(1)])),
        Pull::Call(invocation("outer::pull1", vec![Read::Gradient, Read::Operand(0)])),
    ];
    Some((shape, Form::Calls { value, pulls }))
}
