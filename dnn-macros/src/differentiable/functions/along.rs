//! What makes of each row along an axis another one of the same length: the last axis where none is named.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape};
use quote::quote;

/// Such a function by its name.
pub(super) const fn function(
    name: &'static str,
    tangent: Tangent,
    apply: fn(&mut Call<'_>) -> Option<(Shape, Form)>,
) -> Function {
    Function { name, operands: (1, 1), options: &["axis"], apply, tangent }
}

/// Shape and form; `paths` are those of `value` and `pull`, which reads the result.
pub(super) fn apply(call: &mut Call<'_>, paths: [&'static str; 2]) -> Option<(Shape, Form)> {
    let rank = call.lengths(0).map(<[Length]>::len);
    let axis = match (call.along().ok()?, rank) {
        (Some(axis), _) => axis,
        (None, Some(0)) => {
            let name = call.operands[0].1.clone();
            return call.mistake(format!("{name} is a number: `{}` takes at least a vector", call.name));
        }
        (None, Some(rank)) => {
            let last = rank - 1;
            quote!(#last)
        }
        (None, None) => {
            let shape = crate::differentiable::shape::expression(&call.operands[0].0);
            quote!({ #shape.rank() - 1 })
        }
    };
    let constants = vec![axis];
    let value = Invocation { path: paths[0], constants: constants.clone(), types: 1, reads: vec![Read::Operand(0)] };
    let pull = Invocation { path: paths[1], constants, types: 1, reads: vec![Read::Gradient, Read::Result] };
    Some((call.operands[0].0.clone(), Form::Calls { value: vec![value], pulls: vec![Pull::Call(pull)] }))
}
