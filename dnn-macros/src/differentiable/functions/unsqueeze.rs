//! y = x with a further axis of length 1: `unsqueeze(x, axis = 1)`.

use super::{Call, Form, Function, Tangent};
use crate::differentiable::shape::{Length, Shape, count, expression};
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "unsqueeze", operands: (1, 1), options: &["axis"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let (shape, name) = call.operands[0].clone();
    let Some((axis, place)) = call.option("axis") else {
        return call.mistake("`unsqueeze` takes the place of the new axis: write `unsqueeze(x, axis = 0)`");
    };
    let Some(mut lengths) = shape.lengths().map(<[Length]>::to_vec) else {
        let (of, axis) = (expression(&shape), super::signed(axis));
        let rule = quote!(__dnn::functions::shape::unsqueeze(#of, #axis));
        let further = call.constants.shape(rule, place.ends().0);
        call.proved_length(&further, count(&further), count(&shape));
        return Some((further, Form::View));
    };
    let rank = lengths.len();
    let counted = if axis < 0 { axis + rank as i64 + 1 } else { axis };
    let Some(at) = usize::try_from(counted).ok().filter(|at| *at <= rank) else {
        let message = format!("{name} has the shape {shape}, so that no axis can stand at {axis}: write 0 to {rank}");
        call.errors.push(place, message);
        return None;
    };
    lengths.insert(at, Length::Number(1));
    Some((Shape::Known(lengths), Form::View))
}
