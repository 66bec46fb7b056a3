//! Permute: the dimensions in another order
//!
//! dx = dy with the dimensions back in their order

use super::{Arguments, Form, Layer, Operand, Operation};
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets, count};
use quote::quote;

struct Permute {
    label: String,
    place: Place,
    dims: Vec<usize>,
    readable: bool,
}

/// Takes every dimension of the sample once: `Permute<1, 2, 0>` makes dimension 1 of x the first one of y.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, mut place) = (arguments.label(), Place::from(arguments.span()));
    let given = arguments.all_signed("a dimension");
    if let (Some((first, _)), Some((last, _))) = (given.first(), given.last()) {
        place = first.place().to(last.place());
    }
    let rank = given.len();
    let mut readable = given.iter().all(|(_, value)| value.is_some());
    let dims: Vec<usize> = given.iter().filter_map(|(_, value)| usize::try_from((*value)?).ok()).collect();
    let missing = (0..rank).find(|dim| !dims.contains(dim));
    if readable && (missing.is_some() || rank == 0) {
        let missing = missing.unwrap_or(0);
        let message = format!(
            "`{label}` takes every dimension once, but {missing} is missing: write 0 to the last one in any order"
        );
        arguments.error(place, message);
        readable = false;
    }
    Box::new(Permute { label, place, dims, readable })
}

impl Layer for Permute {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let (label, from, rank) = (&self.label, incoming.dims, incoming.dims.len());
        if !self.readable {
            return super::broadcast::unknown(from.to_vec());
        }
        if rank != self.dims.len() {
            let (source, shape) = (incoming.from, brackets(from));
            let given = count(self.dims.len(), "dimension");
            errors.push(self.place, format!("`{label}` has {given}, but {source} gives {shape}: write {rank} of them"));
            return super::broadcast::unknown(from.to_vec());
        }
        let output: Vec<usize> = self.dims.iter().map(|dim| from[*dim]).collect();
        let dims = &self.dims;
        let value = quote!(__dnn::Permute { dims: [#(#dims),*] });
        let operand = Operand {
            first: value.clone(),
            then: value,
            from: from.to_vec(),
            to: output.clone(),
            base: false,
            same: false,
            factor: false,
        };
        Operation {
            output,
            form: Form::Join(vec![operand]),
            field: None,
            macs: Some(0),
            formula: "the dimensions in another order".to_owned(),
            derivative: "back in their order".to_owned(),
            proofs: Vec::new(),
        }
    }
}
