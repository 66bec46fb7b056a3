//! What `Softmax` and `LogSoftmax` have in common: they work along one dimension of a sample.

use super::axis::Axis;
use super::{Arguments, Form, Keeps, Layer, Operation};
use crate::error::Errors;
use crate::shape::Incoming;
use proc_macro2::TokenStream;

/// A layer along one dimension.
pub(super) struct AlongDimension {
    value: TokenStream,
    axis: Axis,
    formula: &'static str,
    derivative: &'static str,
}

/// Reads `dim = ..`, the last dimension where it is absent. Negative numbers count from the end.
pub(super) fn read(
    arguments: &mut Arguments<'_>,
    value: TokenStream,
    formula: &'static str,
    derivative: &'static str,
) -> Box<dyn Layer> {
    Box::new(AlongDimension { value, axis: Axis::dim(arguments), formula, derivative })
}

impl Layer for AlongDimension {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let (dims, axis) = (incoming.dims, self.axis.of(&incoming, 0, errors));
        let inner: usize = dims.iter().skip(axis + 1).product();
        Operation {
            output: dims.to_vec(),
            form: Form::InPlace {
                value: self.value.clone(),
                at: vec![dims.get(axis).copied().unwrap_or(1), inner],
                keeps: Keeps::Output,
            },
            field: None,
            macs: Some(0),
            formula: self.formula.to_owned(),
            derivative: self.derivative.to_owned(),
            proofs: Vec::new(),
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
