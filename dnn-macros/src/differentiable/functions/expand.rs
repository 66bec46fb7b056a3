//! y = x repeated to a shape, as broadcasting does it: `expand(x, [4, 3])`.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, expression};
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "expand", operands: (1, 1), options: &["shape"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let Some(setting) = call.settings.iter().find(|setting| setting.name == "shape") else {
        return call.mistake("`expand` takes the lengths behind the value: write `expand(x, [4, 3])`");
    };
    let lengths: Option<Vec<usize>> =
        setting.value.iter().map(|length| length.and_then(|length| usize::try_from(length).ok())).collect();
    let place = setting.place;
    let Some(lengths) = lengths else {
        call.errors.push(place, "a length is at least 0: write what the value is repeated to");
        return None;
    };
    let (operand, name) = call.operands[0].clone();
    let shape = Shape::Known(lengths.iter().copied().map(Length::Number).collect());
    if operand.is_generic() {
        return call.mistake(format!(
            "{name} has the shape {operand}, and whether a const parameter can be repeated is not known: write a number"
        ));
    }
    if let Some(own) = operand.numbers() {
        let fits = |(own, to): (&usize, &usize)| own == to || *own == 1;
        if own.len() > lengths.len() || !own.iter().rev().zip(lengths.iter().rev()).all(fits) {
            let message = format!(
                "{name} is {operand} and cannot be repeated to {shape}: write a shape whose last lengths are those of {operand}, or stand where it has 1"
            );
            call.errors.push(place, message);
            return None;
        }
    }
    let (from, to) = (expression(&operand), expression(&shape));
    call.constants.proofs.shape(call.name, &shape, &quote!(__dnn::functions::expand::rule(#from, #to)));
    let invocation = |path, read| Invocation { path, constants: Vec::new(), types: 0, reads: vec![read] };
    let value = vec![invocation("expand::value", Read::Operand(0))];
    let pulls = vec![Pull::Call(invocation("expand::pull", Read::Gradient))];
    Some((shape, Form::Calls { value, pulls }))
}
