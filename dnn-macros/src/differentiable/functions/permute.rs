//! y = x with its axes in another order: `permute(x, [2, 0, 1])`.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, count};
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "permute", operands: (1, 1), options: &["shape"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let Some(setting) = call.settings.iter().find(|setting| setting.name == "shape") else {
        return call.mistake("`permute` takes the axes in their new order: write `permute(x, [1, 0])`");
    };
    let (written, place): (Vec<i64>, _) = (setting.value.iter().copied().flatten().collect(), setting.place);
    let rank = call.lengths(0).map_or(written.len(), <[Length]>::len);
    let counted = written.iter().map(|axis| if *axis < 0 { axis + rank as i64 } else { *axis });
    let order: Vec<usize> = counted.filter_map(|axis| usize::try_from(axis).ok().filter(|axis| *axis < rank)).collect();
    let names_each = (0..rank).all(|axis| order.contains(&axis));
    if written.len() != rank || !names_each {
        let (shape, name) = call.operands[0].clone();
        let order: Vec<String> = (0..rank).rev().map(|axis| axis.to_string()).collect();
        let message = match shape.lengths() {
            Some([]) => format!("{name} is a number and has no axes: remove `permute`"),
            Some(_) => format!(
                "{name} is {shape}, and its {rank} axes are named once each: write an order of them, such as [{}]",
                order.join(", ")
            ),
            None => {
                format!("{} axes are named once each: write an order of them, such as [{}]", rank, order.join(", "))
            }
        };
        call.errors.push(place, message);
        return None;
    }
    let options = [quote!(&[#(#order),*])];
    let shape = match call.lengths(0) {
        Some(lengths) => Shape::Known(order.iter().map(|axis| lengths[*axis].clone()).collect()),
        None => {
            let of = call.operands[0].0.clone();
            let shape = call.evaluated("permute", &options)?;
            call.proved_length(&shape, count(&shape), count(&of));
            shape
        }
    };
    let shape = call.proved(shape, "permute", &options)?;
    let constants: Vec<_> = (0..6).map(|at| order.get(at).copied().unwrap_or(at)).map(|axis| quote!(#axis)).collect();
    let invocation = |path, read| Invocation { path, constants: constants.clone(), types: 2, reads: vec![read] };
    let value = vec![invocation("permute::value", Read::Operand(0))];
    let pulls = vec![Pull::Call(invocation("permute::pull", Read::Gradient))];
    Some((shape, Form::Calls { value, pulls }))
}
