//! y = tensors one after the other along an axis, the first one where none is named.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, expression, length, term};
use crate::layers::Algebra;
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "concat", operands: (1, usize::MAX), options: &["axis"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let axis = call.axis().ok()?.unwrap_or(0);
    let known: Option<Vec<Vec<Length>>> =
        (0..call.operands.len()).map(|at| call.lengths(at).map(<[Length]>::to_vec)).collect();
    let shape = match known {
        Some(all) => together(call, &all, axis)?,
        None => {
            // Two at a time by the rule of the run time.
            let mut whole = call.operands[0].clone();
            let operands = call.operands.clone();
            for operand in &operands[1..] {
                call.operands = vec![whole.clone(), operand.clone()];
                let sum = term(&whole.0, axis) + term(&operand.0, axis);
                whole.0 = call.evaluated("place", &[quote!(#axis)])?;
                call.proved_length(&whole.0, term(&whole.0, axis), sum);
            }
            call.operands = operands;
            whole.0
        }
    };
    let (mut value, mut pulls, mut start) = (Vec::new(), Vec::new(), quote!(0));
    for (at, (operand, _)) in call.operands.iter().enumerate() {
        let constants = vec![quote!(#axis), quote!({ #start })];
        let invocation = |path, read| Invocation { path, constants: constants.clone(), types: 2, reads: vec![read] };
        value.push(invocation("place::value", Read::Operand(at)));
        pulls.push(Pull::Call(invocation("place::pull", Read::Gradient)));
        let length = length(operand, axis);
        start = quote!(#start + #length);
    }
    Some((shape, Form::Calls { value, pulls }))
}

/// The shape of all one after the other, whose lengths agree but along the axis.
fn together(call: &mut Call<'_>, all: &[Vec<Length>], axis: usize) -> Option<Shape> {
    let mut sum = 0;
    for (at, lengths) in all.iter().enumerate() {
        let (shape, name) = call.operands[at].clone();
        if lengths.is_empty() {
            return call.mistake(format!("{name} is a number: write `[{}]`, an array of it", name.trim_matches('`')));
        }
        let others = |lengths: &[Length]| -> Vec<Length> {
            lengths.iter().enumerate().filter(|(at, _)| *at != axis).map(|(_, length)| length.clone()).collect()
        };
        if lengths.len() != all[0].len() || others(lengths) != others(&all[0]) {
            let (first, first_name) = call.operands[0].clone();
            return call.mistake(format!(
                "{first_name} is {first} and {name} is {shape}: all lengths but that of axis {axis} have to agree"
            ));
        }
        match lengths[axis].number() {
            Some(number) => sum += number,
            None if all.len() == 1 => return Some(shape),
            None => {
                let length = &lengths[axis];
                return call.mistake(format!("the length of the result would be computed from the const parameter `{length}`, which stable Rust cannot say: write a number, or a function for each length"));
            }
        }
    }
    let mut lengths = all[0].clone();
    lengths[axis] = Length::Number(sum);
    let shape = Shape::Known(lengths);
    if shape.numbers().is_some() {
        let parts: Vec<usize> = all.iter().filter_map(|lengths| lengths[axis].number()).collect();
        let shapes = call.operands.iter().map(|(shape, _)| expression(shape));
        let rule = shapes.reduce(|whole, part| quote!(__dnn::functions::place::rule(#whole, #part, #axis)));
        call.constants.proofs.shape(call.name, &shape, &rule?);
        call.constants.proofs.length(call.name, sum, Algebra::sum(&parts));
    }
    Some(shape)
}
