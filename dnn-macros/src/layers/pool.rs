//! What pooling over one and two dimensions has in common: arguments and shapes.

use super::window;
pub(super) use super::window::Window;
use super::{Arguments, Form, Layer, Operation, Proof, Reads, Workspace};
use crate::error::{Errors, Place};
use crate::shape::Incoming;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The type of a pooling layer, from the numbers of its window.
type Value = Box<dyn Fn(&Window) -> TokenStream>;

/// The formulas of a layer that takes the largest element of each window.
pub(super) const LARGEST: [&str; 2] =
    ["y = the largest x of each window", "dx += dy at the first of the largest elements"];

/// A layer without parameters that makes planes from planes.
pub(super) struct Planar {
    /// Its type, with its numbers and with `_` for the scalar.
    pub(super) value: TokenStream,
    pub(super) from: Vec<usize>,
    pub(super) output: Vec<usize>,
    /// What its backward pass reads.
    pub(super) reads: Reads,
    /// Forward and backward.
    pub(super) formulas: [&'static str; 2],
}

impl Planar {
    pub(super) fn operation(self, proofs: Vec<Proof>) -> Operation {
        let Planar { value, from, output, reads, formulas: [formula, derivative] } = self;
        Operation {
            form: Form::Op {
                from,
                to: output.clone(),
                reads,
                reads_for_dx: reads,
                workspace: Workspace::Nothing,
                value: Some(quote!(__dnn::#value::new())),
                own: None,
            },
            output,
            field: None,
            macs: Some(0),
            formula: formula.to_owned(),
            derivative: derivative.to_owned(),
            proofs,
        }
    }
}

pub(super) struct Pool {
    label: String,
    place: Place,
    dims: usize,
    /// Nothing where its arguments are a mistake.
    window: Option<Window>,
    value: Value,
    /// What its backward pass reads.
    reads: Reads,
    /// See [`Layer::halves`].
    halves: bool,
    formulas: [&'static str; 2],
}

/// Takes the size of the kernel, and `stride`, which is that of the kernel where it is absent, `padding = 0`,
/// `ceil_mode = false`, and with `dilated` also `dilation = 1`.
pub(super) fn read(
    arguments: &mut Arguments<'_>,
    dims: usize,
    dilated: bool,
    value: Value,
    reads: Reads,
    formulas: [&'static str; 2],
) -> Box<dyn Layer> {
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    let (_, mut sizes) = arguments.channels_and_sizes(&[], &["kernel_size"], dims);
    let kernel = sizes.pop().flatten();
    let readable = kernel.is_some();
    let kernel = kernel.unwrap_or_else(|| super::arguments::Sizes::ones(dims, place));
    let mut window = window::read(arguments, &kernel, dims, Some(&kernel));
    window::refuse_words(arguments, &label);
    if dilated {
        window::read_dilation(arguments, &mut window);
    }
    window.ceil = arguments.word_option("ceil_mode", &["false", "true"]) == "true";
    if readable && let Some(place) = window.padding_place {
        let mut both = window.padding.iter().zip(window.kernel);
        if let Some((padded, kernel)) = both.find(|(padding, kernel)| **padding > kernel / 2) {
            let (half, message) = (kernel / 2, "more than half of its kernel of");
            let message = format!("`{label}`: `padding` is {padded}, {message} {kernel}: write at most {half}");
            arguments.error(place, message);
        }
    }
    let window = readable.then_some(window);
    let plain = |window: &Window| {
        let Window { kernel, stride, padding, dilation, ceil, .. } = window;
        [*kernel, *stride, *padding, *dilation] == [[2; 2], [2; 2], [0; 2], [1; 2]] && !ceil
    };
    let halves = formulas == LARGEST && window.as_ref().is_some_and(plain);
    Box::new(Pool { label, place, dims, window, value, reads, halves, formulas })
}

/// The numbers of a window in a type, rows before columns: kernel, stride, padding, and dilation where there is one.
pub(super) fn numbers(values: &[[usize; 2]], dims: usize) -> Vec<Literal> {
    values.iter().flat_map(|pair| &pair[2 - dims..]).map(|value| Literal::usize_unsuffixed(*value)).collect()
}

impl Layer for Pool {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Pool { label, place, dims, value, reads, .. } = self;
        let planes = window::planes(&incoming, label, *place, *dims, errors);
        let ones = Window::one(*dims);
        let window = self.window.as_ref().unwrap_or(&ones);
        let (counts, proofs) = window.positions(label, incoming.from, planes, errors);
        let output = match &self.window {
            Some(_) => window::shape([planes.dims[0], counts[0], counts[1]], *dims),
            None => following.unwrap_or(incoming.dims).to_vec(),
        };
        let from = window::shape(planes.dims, *dims);
        Planar { value: value(window), from, output, reads: *reads, formulas: self.formulas }.operation(proofs)
    }

    fn halves(&self) -> bool {
        self.halves
    }
}
