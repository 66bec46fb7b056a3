//! What convolutions over one and two dimensions have in common: their arguments, shapes and types.

use super::window::{self, Window};
use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace};
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets};
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

#[derive(Clone)]
struct Convolution {
    label: String,
    place: Place,
    dims: usize,
    inputs: Option<Length>,
    outputs: Option<Length>,
    /// Nothing where its arguments are a mistake.
    window: Option<Window>,
    groups: usize,
    bias: bool,
}

/// Takes the numbers of channels, the size of the kernel, and `stride = 1`, `padding = 0`, `valid` or `same`,
/// `dilation = 1`, `groups = 1`, `bias = true`.
pub(super) fn read(arguments: &mut Arguments<'_>, dims: usize) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    let (channels, sizes) = arguments.channels_and_sizes(&["in_channels", "out_channels"], &["kernel_size"], dims);
    let (mut channels, kernel) = (channels.into_iter(), sizes.into_iter().next().flatten());
    let (mut inputs, mut outputs) = (channels.next().flatten(), channels.next().flatten());
    let same = arguments.says("padding", "same");
    // Options are read even where the kernel is a mistake, so that they are known.
    let readable = kernel.is_some();
    let kernel = kernel.unwrap_or_else(|| super::arguments::Sizes::ones(dims, place));
    let mut window = window::read(arguments, &kernel, dims, None);
    window::read_dilation(arguments, &mut window);
    if let Some(same) = same {
        pad_same(arguments, &label, &mut window, same);
    }
    let groups = groups(arguments, &label, [inputs.as_ref(), outputs.as_ref()]);
    let bias = arguments.word_option("bias", &["true", "false"]) == "true";
    if let (Some(i), Some(o)) = (&inputs, &outputs)
        && is_too_large(arguments, &label, o.place, [o.value, i.value / groups], &window)
    {
        (inputs, outputs) = (None, None);
    }
    Box::new(Convolution { label, place, dims, inputs, outputs, window: readable.then_some(window), groups, bias })
}

/// Zeros such that the output is as long as the input; where their number is odd, PyTorch puts one more behind.
fn pad_same(arguments: &mut Arguments<'_>, label: &str, window: &mut Window, place: Place) {
    for dim in 0..2 {
        let zeros = window.dilation[dim].saturating_mul(window.kernel[dim] - 1);
        window.padding[dim] = zeros / 2;
        window.further[dim] = zeros % 2;
    }
    if let Some(stride) = window.stride.into_iter().find(|stride| *stride > 1) {
        let padding = &window.padding[2 - window.dims..];
        let padding = match padding {
            [first, rest @ ..] if rest.iter().all(|other| other == first) => first.to_string(),
            _ => brackets(padding),
        };
        let message = format!(
            "`{label}`: `padding = same` takes a stride of 1, but it is {stride}: write the numbers, `padding = {padding}`"
        );
        arguments.error(place, message);
    }
}

/// `groups = 1`, which divides both numbers of channels.
pub(super) fn groups(arguments: &mut Arguments<'_>, label: &str, channels: [Option<&Length>; 2]) -> usize {
    let Some(groups) = arguments.length_option("groups") else { return 1 };
    let counts = channels.map(|length| length.map_or(0, |length| length.value));
    for (name, count) in ["in_channels", "out_channels"].into_iter().zip(counts) {
        if !count.is_multiple_of(groups.value) {
            let divides = |n: &usize| counts.iter().all(|count| count.is_multiple_of(*n));
            let most = (1..groups.value.min(count)).rev().find(divides).unwrap_or(1);
            let message = format!("`{label}`: {} groups do not divide {count} {name}: write {most}", groups.value);
            arguments.error(groups.place, message);
            return 1;
        }
    }
    groups.value
}

/// Whether a weight of so many channels has more elements than fit; that is noted.
pub(super) fn is_too_large(
    arguments: &mut Arguments<'_>,
    label: &str,
    place: Place,
    [first, second]: [usize; 2],
    window: &Window,
) -> bool {
    let dims = [first, second, window.kernel[0], window.kernel[1]];
    let elements = dims.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    let too_large = elements.is_none_or(|elements| elements > MAX_ELEMENTS);
    if too_large {
        let dims = if window.dims == 1 { vec![first, second, window.kernel[1]] } else { dims.to_vec() };
        let shape = dims.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        arguments
            .error(place, format!("`{label}` has a weight of {shape} values, which is too large: at most 2^40 fit"));
    }
    too_large
}

/// The numbers in the type of a convolution, and what they are by default.
pub(super) struct Numbers {
    /// Those before the scalar.
    pub(super) first: Vec<usize>,
    /// Those behind the bias, each with its default.
    pub(super) options: Vec<(usize, usize)>,
    /// Elements of the bias, or none.
    pub(super) bias: usize,
}

impl Numbers {
    /// As lengths that `generics` reads.
    pub(super) fn encoded(&self) -> Vec<usize> {
        let options = self.options.iter().flat_map(|(value, default)| [*value, *default]);
        [self.first.len(), self.bias].into_iter().chain(self.first.iter().copied()).chain(options).collect()
    }
}

/// `Conv2d<I, O, KH, KW, T, B, ..>` without what is default at its end.
pub(super) fn generics(name: &str, encoded: &[usize], scalar: &TokenStream) -> TokenStream {
    let name = format_ident!("{name}");
    let literal = |length: &usize| Literal::usize_unsuffixed(*length);
    let ([count, bias], rest) = (encoded[..2].try_into().unwrap_or([0; 2]), &encoded[2..]);
    let (first, options) = rest.split_at(count);
    let options: Vec<(usize, usize)> = options.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let written = options.iter().rposition(|(value, default)| value != default).map_or(0, |last| last + 1);
    let options = options[..written].iter().map(|(value, _)| literal(value));
    let (bias_is_default, biases) = (bias == first[1], literal(&bias));
    let bias = if bias == 0 { quote!(()) } else { quote!([#scalar; #biases]) };
    let first = first.iter().map(literal);
    if written > 0 || !bias_is_default {
        quote!(#name<#(#first,)* #scalar, #bias #(, #options)*>)
    } else if scalar.to_string() == "f32" {
        quote!(#name<#(#first),*>)
    } else {
        quote!(#name<#(#first,)* #scalar>)
    }
}

impl Convolution {
    /// The type of the field.
    fn ty(&self, window: &Window, [i, o]: [usize; 2]) -> Type {
        let Window { kernel, stride, padding, further, dilation, dims, .. } = window;
        let from = 2 - dims;
        let options = |values: &[usize; 2], default: usize| values[from..].iter().map(move |v| (*v, default)).collect();
        let options: [Vec<(usize, usize)>; 5] = [
            options(stride, 1),
            options(padding, 0),
            options(dilation, 1),
            vec![(self.groups, 1)],
            options(further, 0),
        ];
        let numbers = Numbers {
            first: [i / self.groups, o].into_iter().chain(kernel[from..].iter().copied()).collect(),
            options: options.concat(),
            bias: if self.bias { o } else { 0 },
        };
        if *dims == 1 {
            Type::BuiltIn(|lengths, scalar| generics("Conv1d", lengths, scalar), numbers.encoded())
        } else {
            Type::BuiltIn(|lengths, scalar| generics("Conv2d", lengths, scalar), numbers.encoded())
        }
    }
}

impl Layer for Convolution {
    fn padded(&self, zeros: [[usize; 2]; 2]) -> Option<Box<dyn Layer>> {
        let mut window = self.window.clone()?;
        for (dim, [before, behind]) in zeros.into_iter().enumerate() {
            // The type has the zeros on both sides, and further ones behind.
            window.further[dim] = (window.further[dim] + behind).checked_sub(before)?;
            window.padding[dim] += before;
        }
        Some(Box::new(Convolution { window: Some(window), ..self.clone() }))
    }

    fn pools(&self, operation: &mut Operation) -> bool {
        let (Some(window), &[o, above, beside]) = (&self.window, &operation.output[..]) else { return false };
        let Form::Op { from, to, workspace, .. } = &mut operation.form else { return false };
        let (&[c, _, width], [kh, kw], true) = (&from[..], window.kernel, window.dims == 2) else { return false };
        // The smallest parts that the kernels of the run time work on have room there.
        let reach = |dim: usize| (window.kernel[dim] - 1) * window.dilation[dim] + 1;
        let ([tall, broad], [sy, sx]) = ([reach(0), reach(1)], window.stride);
        let (i, o_) = (c / self.groups, o / self.groups);
        let planes = i * (tall + sy) * (broad + sx) <= 1920 && o_ * tall * broad <= 1920 && beside <= 1024;
        let weights = tall * width + 8 * (beside + kh * kw) <= 2688;
        if !(planes && weights && above > 1 && beside > 1) {
            return false;
        }
        *to = vec![o, above / 2, beside / 2];
        *workspace = Workspace::Scratch { kept: to.iter().product(), scratch: o * above * beside };
        let (added, db) = if self.bias { (" + b", ", db += sum of dm") } else { ("", "") };
        operation.formula = format!("y = the largest max(m, 0) of each window, m = W * x{added}");
        operation.derivative =
            format!("dm = dy at the first of the largest elements where y > 0, else 0; dx = Wᵀ * dm, dW += dm * x{db}");
        true
    }

    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Convolution { label, place, dims, inputs, outputs, .. } = self;
        let planes = window::planes(&incoming, label, *place, *dims, errors);
        let [c, rows, columns] = planes.dims;
        let i = inputs.as_ref().map_or(c, |inputs| inputs.value);
        channels(label, inputs.as_ref(), &incoming, *dims, errors);
        let stood_in = || following.and_then(|dims| dims.first().copied()).unwrap_or(1);
        let o = outputs.as_ref().map_or_else(stood_in, |outputs| outputs.value);
        let ones = Window::one(*dims);
        let window = self.window.as_ref().unwrap_or(&ones);
        let (counts, mut proofs) = window.positions(label, incoming.from, planes, errors);
        let kernel = window.kernel[0] * window.kernel[1];
        let weights = (i / self.groups).saturating_mul(o).saturating_mul(kernel);
        proofs.push(Proof {
            value: weights,
            rule: None,
            algebra: Algebra::product(&[i / self.groups, o, window.kernel[0], window.kernel[1]]),
        });
        let output = match &self.window {
            Some(_) => window::shape([o, counts[0], counts[1]], *dims),
            None => following.unwrap_or(incoming.dims).to_vec(),
        };
        let added = if self.bias { " + b" } else { "" };
        Operation {
            form: Form::Op {
                from: window::shape([i, rows, columns], *dims),
                to: output.clone(),
                reads: Reads::INPUT,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Nothing,
                value: None,
                own: None,
            },
            output,
            field: Some(Field {
                ty: self.ty(window, [i, o]),
                parameters: Some(weights + if self.bias { o } else { 0 }),
                buffers: Some(0),
            }),
            macs: Some(weights.saturating_mul(counts[0]).saturating_mul(counts[1])),
            formula: format!("y = W * x{added}"),
            derivative: format!("dx = Wᵀ * dy, dW += dy * x{}", if self.bias { ", db += sum of dy" } else { "" }),
            proofs,
        }
    }
}

/// The channels that a layer takes are those that it is given.
pub(super) fn channels(
    label: &str,
    inputs: Option<&Length>,
    incoming: &Incoming<'_>,
    dims: usize,
    errors: &mut Errors,
) {
    let (Some(inputs), true) = (inputs, incoming.dims.len() == dims + 1) else { return };
    let (takes, c) = (inputs.value, incoming.dims[0]);
    if takes != c {
        let (from, shape) = (incoming.from, brackets(incoming.dims));
        let takes = if takes == 1 { "1 channel".to_owned() } else { format!("{takes} channels") };
        errors.push(inputs.place, format!("`{label}` takes {takes}, but {from} gives {c}, {shape}: write {c}"));
    }
}
