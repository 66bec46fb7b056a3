//! y = sums of x that go on along an axis: `cumsum(x, axis = 0)`.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::Shape;
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "cumsum", operands: (1, 1), options: &["axis"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let Some(axis) = call.axis().ok()? else {
        return call.mistake("`cumsum` goes on along an axis: write `cumsum(x, axis = 0)`");
    };
    let shape = call.operands[0].0.clone();
    match &shape {
        Shape::Known(_) => drop(call.proved(shape.clone(), "cumsum", &[quote!(#axis)])?),
        Shape::Opaque(_) => {
            let rule = call.rule("cumsum", &[quote!(#axis)]);
            call.requires(rule);
        }
    }
    let invocation = |path, read| Invocation { path, constants: vec![quote!(#axis)], types: 1, reads: vec![read] };
    let value = vec![invocation("cumsum::value", Read::Operand(0))];
    let pulls = vec![Pull::Call(invocation("cumsum::pull", Read::Gradient))];
    Some((shape, Form::Calls { value, pulls }))
}
