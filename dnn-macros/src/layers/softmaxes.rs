//! What `Softmax` and `LogSoftmax` have in common: they work along one dimension of a sample.

use super::{Arguments, Form, Keeps, Layer, Operation};
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets};
use proc_macro2::TokenStream;

/// A layer along one dimension.
pub(super) struct AlongDimension {
    label: String,
    value: TokenStream,
    dim: Option<(Place, i64)>,
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
    let (label, dim) = (arguments.label(), arguments.integer_option("dim"));
    Box::new(AlongDimension { label, value, dim, formula, derivative })
}

impl Layer for AlongDimension {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let dims = incoming.dims;
        let rank = dims.len() as i64;
        let mut axis = dims.len().saturating_sub(1);
        if let Some((place, dim)) = self.dim {
            if (-rank..rank).contains(&dim) {
                axis = dim.rem_euclid(rank) as usize;
            } else {
                let (label, from, shape) = (&self.label, incoming.from, brackets(dims));
                let advice = if rank == 1 { "write 0".to_owned() } else { format!("write 0 to {}", rank - 1) };
                let message = format!("`{label}` has no dimension {dim}, because {from} gives {shape}: {advice}");
                errors.push(place, message);
            }
        }
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
