//! Parameter: a tensor of the network by itself, the same value for every sample: `scale: Parameter<[16]>`
//!
//! dp = sum over samples of dy

use super::{Arguments, Field, Form, Layer, Operation, Type};
use crate::error::Errors;
use crate::shape::Incoming;
use crate::syntax::{MAX_RANK, are_too_many, too_many};
use quote::quote;

struct RawParameter {
    dims: Vec<usize>,
    initial: f64,
    bound: Option<f64>,
}

/// Takes the lengths of its shape, and how it begins: `(value)`, 0 by default, or `(uniform = bound)` for random numbers.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let label = arguments.label();
    let mut dims = Vec::new();
    for (expression, value) in arguments.all_signed("a length") {
        let Some(value) = value else { continue };
        if value < 1 {
            arguments.error(expression.place(), format!("`{label}`: a length is {value}: write at least 1"));
        }
        dims.push(value.max(1) as usize);
    }
    if dims.is_empty() || dims.len() > MAX_RANK || are_too_many(&dims) {
        let message = if dims.is_empty() {
            format!("`{label}` has no shape: write `Parameter<[16]>`")
        } else if dims.len() > MAX_RANK {
            format!("`{label}` has {} dimensions: a tensor has at most {MAX_RANK}", dims.len())
        } else {
            format!("`{label}`: {}", too_many(&dims))
        };
        arguments.error(arguments.span(), message);
        dims = vec![1];
    }
    let initial = arguments.hyper("value", 0.0, "finite", f64::is_finite);
    let bound = arguments.hyper("uniform", f64::NAN, "finite and 0 or more", |bound| bound >= 0.0 && bound.is_finite());
    Box::new(RawParameter { dims, initial, bound: (!bound.is_nan()).then_some(bound) })
}

impl Layer for RawParameter {
    fn operands(&self) -> (usize, usize) {
        (0, 0)
    }

    fn operation(&self, _: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.join(&[], (0, 1), None, errors)
    }

    fn join(&self, _: &[Incoming<'_>], _: (usize, usize), _: Option<&[usize]>, _: &mut Errors) -> Operation {
        let initial = self.initial;
        let ty = Type::Tensor {
            dims: self.dims.clone(),
            initial: self.bound.map_or_else(|| (quote!(#initial), false), |bound| (quote!(#bound), true)),
        };
        Operation {
            output: self.dims.clone(),
            form: Form::Tensor,
            field: Some(Field { ty, parameters: Some(self.dims.iter().product()), buffers: Some(0) }),
            macs: Some(0),
            formula: "the same for every sample".to_owned(),
            derivative: "dp = sum over samples of dy".to_owned(),
            proofs: Vec::new(),
        }
    }
}
