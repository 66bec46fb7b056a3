//! y = a part of x along an axis, the first one where none is named: `x[1..3]`, `slice(x, 1..3, axis = 1)`.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, length, term};
use crate::layers::Algebra;
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "slice", operands: (1, 1), options: &["range", "axis"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let axis = call.axis().ok()?.unwrap_or(0);
    let Some((bounds, place)) =
        call.settings.iter().find(|setting| setting.name == "range").map(|setting| (&setting.value, setting.place))
    else {
        return call.mistake("`slice` takes a range: write `slice(x, 1..3)`");
    };
    let (start, end) = (bounds[0].unwrap_or(0), bounds[1]);
    let (operand, name) = call.operands[0].clone();
    let known = operand.lengths().map(|lengths| lengths.get(axis).cloned());
    let shape = match known {
        Some(None) => return call.mistake(format!("{name} is a number and has no elements: remove the range")),
        Some(Some(Length::Parameter(length))) => {
            return call.mistake(format!("{name} has the shape {operand}, and the length of a part would be computed from the const parameter `{length}`, which stable Rust cannot say: write a number"));
        }
        Some(Some(Length::Number(length))) => {
            let end = end.unwrap_or(length as i64);
            if start < 0 || end > length as i64 {
                let message = format!(
                    "{name} has {length} elements along axis {axis}, so that there is no {start}..{end}: write bounds from 0 to {length}"
                );
                call.errors.push(place, message);
                return None;
            }
            if start >= end {
                call.errors.push(place, format!("the part {start}..{end} of {name} is empty: write a larger end"));
                return None;
            }
            let mut lengths = operand.lengths()?.to_vec();
            let [start, end] = [start, end].map(|bound| bound as usize);
            lengths[axis] = Length::Number(end - start);
            call.constants.proofs.length(call.name, end - start, Algebra::Number(end) - Algebra::Number(start));
            call.proved(Shape::Known(lengths), "take", &[quote!(#axis), quote!(#start), quote!(#end)])?
        }
        None => {
            let (start, end) = (start.max(0) as usize, end.map(|end| end.max(0) as usize));
            let end = end.map_or_else(|| length(&operand, axis), |end| quote!(#end));
            let shape = call.evaluated("take", &[quote!(#axis), quote!(#start), quote!(#end)])?;
            let rest = Algebra::Evaluated(end) - Algebra::Evaluated(quote!(#start));
            call.proved_length(&shape, term(&shape, axis), rest);
            shape
        }
    };
    let start = start.max(0) as usize;
    if axis == 0 {
        return Some((shape, Form::Rows(start)));
    }
    let invocation =
        |path, read| Invocation { path, constants: vec![quote!(#axis), quote!(#start)], types: 2, reads: vec![read] };
    let value = vec![invocation("take::value", Read::Operand(0))];
    let pulls = vec![Pull::Call(invocation("take::pull", Read::Gradient))];
    Some((shape, Form::Calls { value, pulls }))
}
