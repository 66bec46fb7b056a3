//! What transposed convolutions over one and two dimensions have in common: their arguments, shapes and types.

use super::convolution::{Numbers, channels, generics, groups, is_too_large};
use super::window::{self, Planes, Window, both};
use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace};
use crate::error::{Errors, Place};
use crate::shape::Incoming;
use crate::syntax::Length;
use quote::quote;

struct Transposed {
    label: String,
    place: Place,
    dims: usize,
    inputs: Option<Length>,
    outputs: Option<Length>,
    /// Nothing where its arguments are a mistake.
    window: Option<Window>,
    /// Further rows and columns behind.
    further: [usize; 2],
    groups: usize,
    bias: bool,
}

/// Takes the numbers of channels, the size of the kernel, and `stride = 1`, `padding = 0`, `output_padding = 0`,
/// `dilation = 1`, `groups = 1`, `bias = true`.
pub(super) fn read(arguments: &mut Arguments<'_>, dims: usize) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    let (channels, sizes) = arguments.channels_and_sizes(&["in_channels", "out_channels"], &["kernel_size"], dims);
    let (mut channels, kernel) = (channels.into_iter(), sizes.into_iter().next().flatten());
    let (mut inputs, mut outputs) = (channels.next().flatten(), channels.next().flatten());
    window::refuse_words(arguments, &label);
    let readable = kernel.is_some();
    let kernel = kernel.unwrap_or_else(|| super::arguments::Sizes::ones(dims, place));
    let mut window = window::read(arguments, &kernel, dims, None);
    let further = arguments.sizes_option("output_padding", dims, 0);
    window::read_dilation(arguments, &mut window);
    if let Some(sizes) = &further {
        for (dim, further) in both(&sizes.values, 0).into_iter().enumerate() {
            let (stride, dilation) = (window.stride[dim], window.dilation[dim]);
            if further >= stride && further >= dilation {
                let most = stride.max(dilation) - 1;
                let message = format!(
                    "`{label}`: `output_padding` is {further}, but it has to be less than the stride of {stride} or the dilation of \
                     {dilation}: write at most {most}"
                );
                arguments.error(sizes.place, message);
                break;
            }
        }
    }
    let further = both(&further.map_or(vec![0; dims], |sizes| sizes.values), 0);
    let groups = groups(arguments, &label, [inputs.as_ref(), outputs.as_ref()]);
    let bias = arguments.word_option("bias", &["true", "false"]) == "true";
    if let (Some(i), Some(o)) = (&inputs, &outputs)
        && is_too_large(arguments, &label, o.place, [i.value, o.value / groups], &window)
    {
        (inputs, outputs) = (None, None);
    }
    let window = readable.then_some(window);
    Box::new(Transposed { label, place, dims, inputs, outputs, window, further, groups, bias })
}

impl Transposed {
    /// The type of the field.
    fn ty(&self, window: &Window, [i, o]: [usize; 2]) -> Type {
        let Window { kernel, stride, padding, dilation, dims, .. } = window;
        let from = 2 - dims;
        let options = |values: &[usize; 2], default: usize| values[from..].iter().map(move |v| (*v, default)).collect();
        let options: [Vec<(usize, usize)>; 5] = [
            options(stride, 1),
            options(padding, 0),
            options(dilation, 1),
            vec![(self.groups, 1)],
            options(&self.further, 0),
        ];
        let numbers = Numbers {
            first: [i, o / self.groups].into_iter().chain(kernel[from..].iter().copied()).collect(),
            options: options.concat(),
            bias: if self.bias { o } else { 0 },
        };
        if *dims == 1 {
            Type::BuiltIn(|lengths, scalar| generics("ConvTranspose1d", lengths, scalar), numbers.encoded())
        } else {
            Type::BuiltIn(|lengths, scalar| generics("ConvTranspose2d", lengths, scalar), numbers.encoded())
        }
    }

    /// Rows and columns of the output, with the proofs of both; a mistake is noted, and answered by 1.
    fn lengths(&self, window: &Window, planes: Planes, errors: &mut Errors) -> ([usize; 2], Vec<Proof>) {
        let (mut lengths, mut proofs) = ([1; 2], Vec::new());
        for dim in 2 - self.dims..2 {
            let (length, further) = (planes.dims[dim + 1], self.further[dim]);
            let [k, s, p, d] = [window.kernel[dim], window.stride[dim], window.padding[dim], window.dilation[dim]];
            let whole =
                (length - 1).saturating_mul(s).saturating_add(d.saturating_mul(k - 1)).saturating_add(further + 1);
            let Some(rest) = whole.checked_sub(2 * p).filter(|rest| *rest > 0) else {
                let message = format!(
                    "`{}`: `padding` takes {} of the {whole} elements that the output has without it: write at most {}",
                    self.label,
                    2 * p,
                    (whole - 1) / 2
                );
                if planes.fit {
                    errors.push(window.padding_place.unwrap_or(self.place), message);
                }
                continue;
            };
            lengths[dim] = rest;
            let n = Algebra::Number;
            let zeros = 2 * p;
            proofs.push(Proof {
                value: rest,
                rule: Some(quote!(__dnn::shape::transposed(#length, #k, #s, #zeros, #d, #further))),
                algebra: n(length - 1) * n(s) + n(d) * n(k - 1) + n(further) + n(1) - n(zeros),
            });
        }
        (lengths, proofs)
    }
}

impl Layer for Transposed {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Transposed { label, place, dims, inputs, outputs, .. } = self;
        let planes = window::planes(&incoming, label, *place, *dims, errors);
        let [_, rows, columns] = planes.dims;
        let i = inputs.as_ref().map_or(planes.dims[0], |inputs| inputs.value);
        channels(label, inputs.as_ref(), &incoming, *dims, errors);
        let stood_in = || following.and_then(|dims| dims.first().copied()).unwrap_or(1);
        let o = outputs.as_ref().map_or_else(stood_in, |outputs| outputs.value);
        let one = Window::one(*dims);
        let window = self.window.as_ref().unwrap_or(&one);
        let (lengths, mut proofs) = self.lengths(window, planes, errors);
        let weights = [i, o / self.groups, window.kernel[0], window.kernel[1]];
        let count = weights.iter().fold(1, |product: usize, length| product.saturating_mul(*length));
        proofs.push(Proof { value: count, rule: None, algebra: Algebra::product(&weights) });
        let output = match &self.window {
            Some(_) => window::shape([o, lengths[0], lengths[1]], *dims),
            None => following.unwrap_or(incoming.dims).to_vec(),
        };
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
                parameters: Some(count + if self.bias { o } else { 0 }),
                buffers: Some(0),
            }),
            macs: Some(count.saturating_mul(rows).saturating_mul(columns)),
            formula: format!("y = Wᵀ * x{}", if self.bias { " + b" } else { "" }),
            derivative: format!("dx = W * dy, dW += x * dy{}", if self.bias { ", db += sum of dy" } else { "" }),
            proofs,
        }
    }
}
