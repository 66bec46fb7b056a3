//! What pooling to a size and over everything has in common: the size of the output is all that they are told.

use super::pool::Planar;
use super::window::{both, planes, shape};
use super::{Arguments, Layer, Operation, Reads};
use crate::error::{Errors, Place};
use crate::shape::Incoming;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

struct Adaptive {
    label: String,
    place: Place,
    /// Dimensions that it takes beside the channels; where it is global, one or two.
    dims: Option<usize>,
    /// The rows and columns that it gives; nothing where its arguments are a mistake.
    output: Option<[usize; 2]>,
    layer: TokenStream,
    reads: Reads,
    formulas: [&'static str; 2],
}

/// Takes the size of the output: `AdaptiveAvgPool2d<7>` or `AdaptiveAvgPool2d<[7, 5]>`.
pub(super) fn read(
    arguments: &mut Arguments<'_>,
    dims: usize,
    layer: TokenStream,
    reads: Reads,
    formulas: [&'static str; 2],
) -> Box<dyn Layer> {
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    let (_, mut sizes) = arguments.channels_and_sizes(&[], &["output_size"], dims);
    let output = sizes.pop().flatten().map(|sizes| both(&sizes.values, 1));
    Box::new(Adaptive { label, place, dims: Some(dims), output, layer, reads, formulas })
}

/// Takes nothing, and gives one element for each channel.
pub(super) fn global(
    arguments: &mut Arguments<'_>,
    layer: TokenStream,
    reads: Reads,
    formulas: [&'static str; 2],
) -> Box<dyn Layer> {
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    Box::new(Adaptive { label, place, dims: None, output: Some([1; 2]), layer, reads, formulas })
}

impl Layer for Adaptive {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let dims = self.dims.unwrap_or(if incoming.dims.len() == 2 { 1 } else { 2 });
        let from = planes(&incoming, &self.label, self.place, dims, errors).dims;
        let output = match self.output {
            Some([rows, columns]) => shape([from[0], rows, columns], dims),
            None => following.unwrap_or(incoming.dims).to_vec(),
        };
        let size = self.output.unwrap_or([1; 2]);
        let sizes = size[2 - dims..].iter().map(|length| Literal::usize_unsuffixed(*length));
        let layer = &self.layer;
        let value = match self.dims {
            Some(_) => quote!(#layer::<#(#sizes,)* _>),
            None => quote!(#layer::<_>),
        };
        Planar { value, from: shape(from, dims), output, reads: self.reads, formulas: self.formulas }
            .operation(Vec::new())
    }
}
