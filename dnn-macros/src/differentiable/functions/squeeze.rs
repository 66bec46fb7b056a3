//! y = x without its axes of length 1, or without one of them: `squeeze(x, axis = 0)`.

use super::{Call, Form, Function, Tangent};
use crate::differentiable::shape::{Length, Shape};

pub(super) const FUNCTION: Function =
    Function { name: "squeeze", operands: (1, 1), options: &["axis"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let axis = call.axis().ok()?;
    let (shape, name) = call.operands[0].clone();
    let Some(mut lengths) = shape.lengths().map(<[Length]>::to_vec) else {
        return call.mistake(format!("the shape of {name} is known to rustc alone: write `reshape(x, [..])`"));
    };
    match axis {
        None => lengths.retain(|length| !length.is_one()),
        Some(axis) if lengths[axis].is_one() => drop(lengths.remove(axis)),
        Some(axis) => {
            let length = &lengths[axis];
            return call.mistake(format!(
                "{name} is {shape}, whose axis {axis} has the length {length}: `squeeze` takes one of length 1"
            ));
        }
    }
    Some((Shape::Known(lengths), Form::View))
}
