//! y = the numbers of x as a vector.

use super::{Call, Form, Function, Tangent};
use crate::differentiable::shape::{Length, Shape, expression, product, term};
use crate::layers::Algebra;
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "flatten", operands: (1, 1), options: &[], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let shape = &call.operands[0].0;
    let flat = match (shape.numbers(), shape.lengths()) {
        (Some(numbers), _) => {
            let (rule, count) = (expression(shape), numbers.iter().product());
            let flat = Shape::Known(vec![Length::Number(count)]);
            call.constants.proofs.shape(call.name, &flat, &quote!(__dnn::functions::shape::flatten(#rule)));
            call.constants.proofs.length(call.name, count, Algebra::product(&numbers));
            flat
        }
        (None, Some([only])) => Shape::Known(vec![only.clone()]),
        (None, Some(_)) => {
            return call.mistake("the length of the result would be computed from a const parameter, which stable Rust cannot say: write a number");
        }
        (None, None) => {
            let (rule, product, place) = (expression(shape), product(shape), call.place.ends().0);
            let flat = call.constants.shape(quote!(__dnn::functions::shape::flatten(#rule)), place);
            call.proved_length(&flat, term(&flat, 0), product);
            flat
        }
    };
    Some((flat, Form::View))
}
