//! PositionalEncoding: y[s] = x[s] + sin(s w), cos(s w), ..
//!
//! dx = dy

use super::{Arguments, Form, Keeps, Layer, Operation, sequence};
use crate::error::Errors;
use crate::shape::Incoming;
use proc_macro2::Span;
use quote::quote;

struct Encoding {
    label: String,
    span: Span,
}

/// Takes nothing.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    Box::new(Encoding { label: arguments.label(), span: arguments.span() })
}

impl Layer for Encoding {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let (s, d) = sequence::check(&self.label, Some(self.span.into()), None, &incoming, errors);
        Operation {
            output: incoming.dims.to_vec(),
            form: Form::InPlace { value: quote!(__dnn::PositionalEncoding), at: vec![s, d], keeps: Keeps::Nothing },
            field: None,
            macs: Some(0),
            formula: "y[s][2 i] = x + sin(s w), y[s][2 i + 1] = x + cos(s w), w = 10000^(-2 i / D)".to_owned(),
            derivative: "dx = dy".to_owned(),
            proofs: Vec::new(),
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
