//! y = tensors of one shape along a new axis, the first one where none is named: `stack(a, b, axis = 1)`.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape};
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "stack", operands: (1, usize::MAX), options: &["axis"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let (first, name) = call.operands[0].clone();
    let Some(mut lengths) = first.lengths().map(<[Length]>::to_vec) else {
        return call
            .mistake(format!("the shape of {name} is known to rustc alone: write it out, `let h: [f32; 4] = ..;`"));
    };
    if let Some((shape, other)) = call.operands.iter().find(|(shape, _)| *shape != first).cloned() {
        return call.mistake(format!(
            "`stack` takes one shape, but {name} is {first} and {other} is {shape}: make them equal"
        ));
    }
    let (rank, count) = (lengths.len(), call.operands.len());
    let at = match call.option("axis") {
        None => 0,
        Some((axis, place)) => {
            let counted = if axis < 0 { axis + rank as i64 + 1 } else { axis };
            let Some(at) = usize::try_from(counted).ok().filter(|at| *at <= rank) else {
                let message =
                    format!("{name} has the shape {first}, so that no axis can stand at {axis}: write 0 to {rank}");
                call.errors.push(place, message);
                return None;
            };
            at
        }
    };
    lengths.insert(at, Length::Number(count));
    let invocation = |operand: usize, path, read| Invocation {
        path,
        constants: vec![quote!(#at), quote!(#operand)],
        types: 2,
        reads: vec![read],
    };
    let value = (0..count).map(|operand| invocation(operand, "place::value", Read::Operand(operand))).collect();
    let pulls = (0..count).map(|operand| Pull::Call(invocation(operand, "place::pull", Read::Gradient))).collect();
    Some((Shape::Known(lengths), Form::Calls { value, pulls }))
}
