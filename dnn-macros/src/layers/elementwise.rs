//! What all layers have in common that work on each element by itself, in place.

use super::{Form, Keeps, Layer, Operation};
use crate::error::Errors;
use crate::shape::Incoming;
use proc_macro2::TokenStream;

/// A layer that works on each element by itself.
pub(super) struct Elementwise {
    /// The layer as a value of the run time.
    pub(super) value: TokenStream,
    /// What its backward pass reads.
    pub(super) keeps: Keeps,
    /// The forward formula.
    pub(super) formula: &'static str,
    /// The formula of the backward pass.
    pub(super) derivative: &'static str,
}

impl Layer for Elementwise {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, _: &mut Errors) -> Operation {
        Operation {
            output: incoming.dims.to_vec(),
            form: Form::InPlace { value: self.value.clone(), at: incoming.dims.to_vec(), keeps: self.keeps },
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
