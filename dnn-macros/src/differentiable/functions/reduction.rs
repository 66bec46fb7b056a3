//! What has one number for all elements of a tensor, or for those along an axis.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Length, Shape, count as elements, expression};
use crate::layers::Algebra;
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
    tangent: Tangent,
    apply: fn(&mut Call<'_>) -> Option<(Shape, Form)>,
) -> Function {
    Function { name, operands: (1, 1), options, apply, tangent }
}

impl Call<'_> {
    /// How many elements one of the result is made of; `Err` after a mistake.
    pub(crate) fn count(&mut self) -> Result<TokenStream, ()> {
        let (axis, shape) = (self.along()?, &self.operands[0].0);
        Ok(match (shape, axis) {
            (Shape::Known(lengths), None) => quote!(1 #(* #lengths)*),
            (Shape::Opaque(_), None) => {
                let shape = expression(shape);
                quote!(#shape.len())
            }
            (Shape::Opaque(_), Some(axis)) => {
                let shape = expression(shape);
                quote!({ #shape.dim(#axis) })
            }
            (Shape::Known(_), Some(_)) => {
                let axis = self.axis()?.unwrap_or(0);
                crate::differentiable::shape::length(&self.operands[0].0, axis)
            }
        })
    }
}

/// Shape and form of a reduction; `paths` are those of `value` and `pull0`, `more` are const arguments behind the axis.
pub(super) fn apply(
    call: &mut Call<'_>,
    paths: [&'static str; 2],
    gradient: Gradient,
    more: &[TokenStream],
) -> Option<(Shape, Form)> {
    let along = call.along().ok()?;
    let keeps = call.is_set("keepdim");
    let word = along.clone().unwrap_or_else(|| quote!({ __dnn::functions::shape::WHOLE }));
    let count = call.count().ok()?;
    let known = match call.lengths(0).map(<[Length]>::to_vec) {
        Some(lengths) => Some((lengths, call.axis().ok()?)),
        None => None,
    };
    let broadcasts = match &known {
        Some((_, axis)) => keeps || matches!(axis, None | Some(0)),
        None => along.is_none() && !keeps,
    };
    let shape = match known {
        Some((lengths, None)) => {
            let kept = lengths.iter().map(|_| Length::Number(1)).collect();
            Shape::Known(if keeps { kept } else { Vec::new() })
        }
        Some((mut lengths, Some(axis))) => {
            match keeps {
                true => lengths[axis] = Length::Number(1),
                false => drop(lengths.remove(axis)),
            }
            Shape::Known(lengths)
        }
        None if keeps => {
            call.refuse_generic()?;
            let shape = expression(&call.operands[0].0);
            let rule = quote!(__dnn::functions::shape::kept(#shape, #word));
            call.constants.shape(rule, call.place.ends().0)
        }
        None if along.is_none() => Shape::SCALAR,
        None => call.evaluated(call.name, std::slice::from_ref(&word))?,
    };
    let all = elements(&call.operands[0].0);
    call.proved_length(&shape, elements(&shape) * Algebra::Evaluated(count.clone()), all);
    let shape = if keeps { shape } else { call.proved(shape, call.name, std::slice::from_ref(&word))? };
    let constants: Vec<TokenStream> = [word].into_iter().chain(more.iter().cloned()).collect();
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
