//! What losses have in common: a number from values and a target.

use super::{Call, Form, Invocation, Pull, Read};
use crate::differentiable::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

/// A mean over elements of two tensors of one shape; `option` is the name of a number and what it is by default.
pub(super) fn mean(
    call: &mut Call<'_>,
    paths: [&'static str; 3],
    option: Option<(&str, f64)>,
) -> Option<(Shape, Form)> {
    alike(call)?;
    let option: Vec<Read> =
        option.into_iter().map(|(name, default)| Read::Given(number(call, name, default))).collect();
    let reads =
        |first: &[Read]| first.iter().chain(&[Read::Operand(0), Read::Operand(1)]).chain(&option).cloned().collect();
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let value = vec![invocation(paths[0], reads(&[]))];
    let pull = |path| Pull::Call(invocation(path, reads(&[Read::Gradient])));
    Some((Shape::SCALAR, Form::Calls { value, pulls: vec![pull(paths[1]), pull(paths[2])] }))
}

/// The value and its target have one shape.
pub(super) fn alike(call: &mut Call<'_>) -> Option<()> {
    let [(x, name), (target, other)] = [call.operands[0].clone(), call.operands[1].clone()];
    if let (Some(a), Some(b)) = (x.lengths(), target.lengths())
        && a != b
    {
        let function = call.name;
        return call.mistake(format!("`{function}`: {name} is {x} and {other} is {target}: make them equal"));
    }
    fits(call, &[])
}

/// The rule of the loss, whose result is a number, holds: `more` shapes follow those of the operands.
pub(super) fn fits(call: &mut Call<'_>, more: &[TokenStream]) -> Option<()> {
    if call.operands.iter().any(|(shape, _)| matches!(shape, Shape::Opaque(_))) {
        call.refuse_generic()?;
        let rule = call.rule(call.name, more);
        call.requires(rule);
        return Some(());
    }
    call.proved(Shape::SCALAR, call.name, more).map(drop)
}

/// An option that is any number, as the run time takes it.
fn number(call: &Call<'_>, name: &str, default: f64) -> TokenStream {
    let setting = call.settings.iter().find(|setting| setting.name == name);
    let number = match setting {
        Some(setting) if !setting.tokens.is_empty() => setting.tokens.clone(),
        Some(setting) => {
            let number = setting.value.first().copied().flatten().map_or(default, |number| number as f64);
            quote!(#number)
        }
        None => quote!(#default),
    };
    quote!(&__dnn::functions::function::number(#number))
}

/// A class or other target that has no gradient, where one is given.
pub(super) fn target(call: &Call<'_>) -> Option<TokenStream> {
    call.settings.iter().find(|setting| setting.name == "target").map(|setting| setting.tokens.clone())
}
