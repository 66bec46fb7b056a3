//! What `tril` and `triu` have in common: one side of a diagonal of the last two axes.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::Shape;
use proc_macro2::Literal;
use quote::quote;

/// One of them by its name.
pub(super) const fn function(name: &'static str, apply: fn(&mut Call<'_>) -> Option<(Shape, Form)>) -> Function {
    Function { name, operands: (1, 1), options: &["diagonal"], apply, tangent: Tangent::Linear }
}

/// Shape and form; `paths` are those of `value` and `pull`.
pub(super) fn apply(call: &mut Call<'_>, paths: [&'static str; 2]) -> Option<(Shape, Form)> {
    let (shape, name) = call.operands[0].clone();
    match shape.lengths() {
        Some([_, _, ..]) => drop(call.proved(shape.clone(), call.name, &[])?),
        Some(_) => {
            let function = call.name;
            return call.mistake(format!("`{function}` takes a matrix, but {name} is {shape}: `reshape` it"));
        }
        None => {
            let rule = call.rule(call.name, &[]);
            call.requires(rule);
        }
    }
    let diagonal = Literal::i64_unsuffixed(call.option("diagonal").map_or(0, |(diagonal, _)| diagonal));
    let invocation =
        |path, read| Invocation { path, constants: vec![quote!({ #diagonal })], types: 1, reads: vec![read] };
    let value = vec![invocation(paths[0], Read::Operand(0))];
    let pulls = vec![Pull::Call(invocation(paths[1], Read::Gradient))];
    Some((shape, Form::Calls { value, pulls }))
}
