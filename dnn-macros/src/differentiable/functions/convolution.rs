//! What convolutions over one and two dimensions have in common: options and shapes.

use super::{Call, Form, Function, Invocation, Pull, Read, Tangent};
use crate::differentiable::shape::{Shape, expression, term};
use crate::layers::Algebra;
use proc_macro2::TokenStream;
use quote::quote;

/// A convolution by its name.
pub(super) const fn function(
    name: &'static str,
    tangent: Tangent,
    apply: fn(&mut Call<'_>) -> Option<(Shape, Form)>,
) -> Function {
    Function { name, operands: (2, 3), options: &["stride", "padding", "dilation", "groups"], apply, tangent }
}

/// How a window moves: stride, padding and dilation along each dimension.
struct Options {
    stride: Vec<usize>,
    padding: Vec<usize>,
    dilation: Vec<usize>,
    groups: usize,
}

/// Shape and form; `paths` are those of `value` and of the pulls of x, w and b.
pub(super) fn apply(call: &mut Call<'_>, dims: usize, paths: [&'static str; 4]) -> Option<(Shape, Form)> {
    let options = Options {
        stride: sizes(call, "stride", dims, 1)?,
        padding: sizes(call, "padding", dims, 0)?,
        dilation: sizes(call, "dilation", dims, 1)?,
        groups: sizes(call, "groups", 1, 1)?[0],
    };
    let bias = match call.operands.get(2) {
        Some((shape, _)) => {
            let shape = expression(shape);
            quote!(::core::option::Option::Some(#shape))
        }
        None => quote!(::core::option::Option::None),
    };
    let list = |values: &[usize]| match values {
        [only] => quote!(#only),
        several => quote!([#(#several),*]),
    };
    let groups = options.groups;
    let written = [list(&options.stride), list(&options.padding), list(&options.dilation), quote!(#groups)];
    let written: Vec<TokenStream> = [bias].into_iter().chain(written).collect();
    if call.operands.iter().any(|(shape, _)| shape.is_generic()) {
        let (shape, name) = call.operands.iter().find(|(shape, _)| shape.is_generic())?.clone();
        return call.mistake(format!(
            "{name} has the shape {shape}, and the number of windows would be computed from a const parameter, which stable Rust cannot say: write a number"
        ));
    }
    let lengths: Option<Vec<Vec<usize>>> = call.operands.iter().map(|(shape, _)| shape.numbers()).collect();
    let known = match lengths {
        Some(lengths) => Some(known(call, &lengths, &options, dims)?),
        None => None,
    };
    // The rule takes the bias as an option.
    let bias = (call.operands.len() == 3).then(|| call.operands.pop()).flatten();
    let name = call.name;
    let shape = match known {
        Some(shape) => call.proved(shape, name, &written)?,
        None => {
            let shape = call.evaluated(name, &written)?;
            windows(call, &shape, &options, dims);
            shape
        }
    };
    let constants: Vec<TokenStream> = [&options.stride, &options.padding, &options.dilation]
        .into_iter()
        .flatten()
        .map(|value| quote!(#value))
        .collect();
    // The lengths of x, w and y, and the scalar; for `value` the bias too.
    let types = 1 + (1 + dims) + (1 + dims) + (1 + dims);
    let invocation = |path, types, reads| Invocation { path, constants: constants.clone(), types, reads };
    let added = if bias.is_some() { Read::Operand(2) } else { Read::Given(quote!(&())) };
    let value = vec![invocation(paths[0], types + 1, vec![Read::Operand(0), Read::Operand(1), added])];
    let mut pulls = vec![
        Pull::Call(invocation(paths[1], types, vec![Read::Gradient, Read::Operand(1)])),
        Pull::Call(invocation(paths[2], types, vec![Read::Gradient, Read::Operand(0)])),
    ];
    if bias.is_some() {
        let reads = vec![Read::Gradient];
        pulls.push(Pull::Call(Invocation { path: paths[3], constants: Vec::new(), types: 0, reads }));
    }
    call.operands.extend(bias);
    Some((shape, Form::Calls { value, pulls }))
}

/// An option for each dimension: one number for all, or a list.
fn sizes(call: &mut Call<'_>, name: &str, dims: usize, default: usize) -> Option<Vec<usize>> {
    let Some(setting) = call.settings.iter().find(|setting| setting.name == name) else {
        return Some(vec![default; dims]);
    };
    let least = if name == "padding" { 0 } else { 1 };
    let values: Option<Vec<usize>> =
        setting.value.iter().map(|value| usize::try_from((*value)?).ok().filter(|value| *value >= least)).collect();
    let place = setting.place;
    match values {
        Some(values) if values.len() == dims => Some(values),
        Some(values) if values.len() == 1 => Some(vec![values[0]; dims]),
        Some(values) => {
            let message = format!("`{name}` has {} numbers for {dims}: write one, or a list of {dims}", values.len());
            call.errors.push(place, message);
            None
        }
        None => {
            call.errors.push(place, format!("`{name}` is at least {least}: write {default}"));
            None
        }
    }
}

fn known(call: &mut Call<'_>, lengths: &[Vec<usize>], options: &Options, dims: usize) -> Option<Shape> {
    let function = call.name;
    let (x, w) = (&lengths[0], &lengths[1]);
    let operands = call.operands.clone();
    let [(shape, name), (kernel, weight)] = [&operands[0], &operands[1]];
    if x.len() != dims + 1 || w.len() != dims + 2 {
        let takes = if dims == 1 {
            "[channels, length] and [outputs, channels, length]"
        } else {
            "[channels, rows, columns] and [outputs, channels, rows, columns]"
        };
        return call.mistake(format!(
            "`{function}` takes {takes}, but {name} is {shape} and {weight} is {kernel}: `reshape` them"
        ));
    }
    let groups = options.groups;
    if x[0] != w[1] * groups || !w[0].is_multiple_of(groups) {
        let (channels, outputs) = (x[0], w[0]);
        let fitting = if channels.is_multiple_of(groups) && outputs.is_multiple_of(groups) {
            format!("write {} for {}", channels / groups, w[1])
        } else {
            "groups divide both".to_owned()
        };
        return call.mistake(format!(
            "`{function}`: {name} has {channels} channels and {weight}, {kernel}, takes {} in {groups} {}: {fitting}",
            w[1] * groups,
            if groups == 1 { "group" } else { "groups" },
        ));
    }
    if let Some(bias) = lengths.get(2)
        && bias[..] != [w[0]]
    {
        let (shape, name) = &operands[2];
        let outputs = w[0];
        return call
            .mistake(format!("`{function}`: the bias is [{outputs}] here, but {name} is {shape}: write [{outputs}]"));
    }
    let mut result = vec![w[0]];
    for dim in 0..dims {
        let (n, k) = (x[dim + 1], w[dim + 2]);
        let (s, p, d) = (options.stride[dim], options.padding[dim], options.dilation[dim]);
        let reach = d * k.saturating_sub(1) + 1;
        let Some(rest) = (n + 2 * p).checked_sub(reach).filter(|_| k > 0) else {
            let what = match (dims, dim) {
                (1, _) => "elements",
                (_, 0) => "rows",
                _ => "columns",
            };
            return call.mistake(format!(
                "`{function}`: the window of {weight} spans {reach} {what}, but {name} has {}, padding included: write a smaller weight, or more padding",
                n + 2 * p
            ));
        };
        let count = positions([n, k].map(Algebra::Number), [s, p, d]);
        call.constants.proofs.length(function, rest / s + 1, count);
        result.push(rest / s + 1);
    }
    Some(Shape::Known(result.into_iter().map(crate::differentiable::shape::Length::Number).collect()))
}

/// Typenum's algebra of the number of windows of k elements over n: (n + 2 p - d (k - 1) - 1) / s + 1.
fn positions([n, k]: [Algebra; 2], [stride, padding, dilation]: [usize; 3]) -> Algebra {
    let number = Algebra::Number;
    let beyond = n + number(2 * padding) - number(dilation) * (k - number(1)) - number(1);
    beyond / number(stride) + number(1)
}

/// The proofs of a shape that rustc evaluated: as many channels as the weight has outputs, and the windows of each dimension.
fn windows(call: &mut Call<'_>, shape: &Shape, options: &Options, dims: usize) {
    let [(x, _), (w, _)] = [call.operands[0].clone(), call.operands[1].clone()];
    call.proved_length(shape, term(shape, 0), term(&w, 0));
    for dim in 0..dims {
        let moves = [options.stride[dim], options.padding[dim], options.dilation[dim]];
        call.proved_length(shape, term(shape, dim + 1), positions([term(&x, dim + 1), term(&w, dim + 2)], moves));
    }
}
