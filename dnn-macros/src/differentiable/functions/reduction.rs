//! What has one number for all elements of a tensor, or for those along an axis.

use super::{Call, Form, Function, Invocation, Pull, Read};
use crate::differentiable::shape::{Length, Shape, count, term};
use proc_macro2::TokenStream;
use quote::quote;

/// How the gradient is made.
pub(super) enum Gradient {
    /// Where that of the result can be broadcast, element by element by this formula, whose number `b` is the count of
    /// elements that one result is made of; by `pull0` otherwise.
    Elements(&'static str),
    /// By `pull0`, which reads these behind the gradient of the result.
    Call(&'static [Read]),
}

/// A reduction by its name and options.
pub(super) const fn function(
    name: &'static str,
    options: &'static [&'static str],
    apply: fn(&mut Call<'_>) -> Option<(Shape, Form)>,
) -> Function {
    Function { name, operands: (1, 1), options, apply }
}

/// Shape and form of a reduction; `paths` are those of `value` and `pull0`, `more` are const arguments behind the axis.
pub(super) fn apply(
    call: &mut Call<'_>,
    paths: [&'static str; 2],
    gradient: Gradient,
    more: &[TokenStream],
) -> Option<(Shape, Form)> {
    let axis = call.axis().ok()?;
    let keeps = call.is_set("keepdim");
    let word = axis.map_or(quote!({ __dnn::functions::shape::WHOLE }), |axis| quote!(#axis));
    let (shape, count) = match (call.lengths(0).map(<[Length]>::to_vec), axis) {
        (Some(lengths), None) => {
            let count = quote!(1 #(* #lengths)*);
            let kept = lengths.iter().map(|_| Length::Number(1)).collect();
            (Shape::Known(if keeps { kept } else { Vec::new() }), count)
        }
        (Some(mut lengths), Some(axis)) => {
            let length = lengths[axis].clone();
            match keeps {
                true => lengths[axis] = Length::Number(1),
                false => drop(lengths.remove(axis)),
            }
            (Shape::Known(lengths), quote!(#length))
        }
        (None, None) if !keeps => (Shape::SCALAR, {
            let shape = crate::differentiable::shape::expression(&call.operands[0].0);
            quote!(#shape.len())
        }),
        (None, _) if keeps => {
            return call.mistake("the shape is known to rustc alone, so that no axis can be kept: write out the type, `let h: [[f32; 4]; 3] = ..;`");
        }
        (None, Some(axis)) => {
            let of = call.operands[0].0.clone();
            let shape = call.evaluated(call.name, &[quote!(#axis)])?;
            call.proved_length(&shape, count(&shape) * term(&of, axis), count(&of));
            (shape, crate::differentiable::shape::length(&call.operands[0].0, axis))
        }
        (None, None) => return None,
    };
    let shape = if keeps { shape } else { call.proved(shape, call.name, std::slice::from_ref(&word))? };
    let constants: Vec<TokenStream> = [word].into_iter().chain(more.iter().cloned()).collect();
    let broadcasts = axis.is_none() || call.lengths(0).is_some() && (keeps || axis == Some(0));
    let pull = match gradient {
        Gradient::Elements(formula) if broadcasts => Pull::Element(formula, Some(count)),
        Gradient::Elements(..) => Pull::Call(Invocation {
            path: paths[1],
            constants: constants.clone(),
            types: 2,
            reads: vec![Read::Gradient],
        }),
        Gradient::Call(reads) => {
            let reads = [Read::Gradient].iter().chain(reads).cloned().collect();
            Pull::Call(Invocation { path: paths[1], constants: constants.clone(), types: 2, reads })
        }
    };
    let value = Invocation { path: paths[0], constants, types: 2, reads: vec![Read::Operand(0)] };
    Some((shape, Form::Calls { value: vec![value], pulls: vec![pull] }))
}

/// The option `correction` of what divides by n - correction, 1 by default.
pub(super) fn correction(call: &mut Call<'_>) -> Option<TokenStream> {
    let correction = match call.option("correction") {
        None => 1,
        Some((correction, _)) if correction >= 0 => correction as usize,
        Some((correction, place)) => {
            call.errors.push(
                place,
                format!("a variance divides by n - correction, and {correction} is below 0: write 0 or 1"),
            );
            return None;
        }
    };
    Some(quote!(#correction))
}
