//! Upsample: y = the nearest x, or the weighted mean of the neighbours
//!
//! dx += dy times the share of x in y

use super::arguments::Sizes;
use super::pool::Planar;
use super::window::{both, planes, shape};
use super::{Algebra, Arguments, Layer, Operation, Proof, Reads};
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets};
use proc_macro2::Literal;
use quote::quote;

/// How large the output is.
enum Size {
    /// So many times as large.
    Factor(Sizes),
    /// Of so many rows and columns.
    Length(Sizes),
    /// Its arguments are a mistake.
    Unknown,
}

struct Upsample {
    label: String,
    place: Place,
    size: Size,
    mode: &'static str,
    mode_place: Place,
    corners: bool,
}

/// Takes `scale_factor` or `size`, `mode = nearest`, `linear` or `bilinear`, and `align_corners = false`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    let (has_factor, has_size) = (arguments.has("scale_factor"), arguments.has("size"));
    let (factor, length) = (arguments.sizes_option("scale_factor", 2, 1), arguments.sizes_option("size", 2, 1));
    let size = match (has_factor, has_size) {
        (Some(_), Some(twice)) => {
            arguments.error(twice, format!("`{label}` has `scale_factor` and `size`: remove one"));
            Size::Unknown
        }
        (None, None) => {
            let message =
                format!("`{label}` takes its size: write `Upsample<scale_factor = 2>` or `Upsample<size = [28, 28]>`");
            arguments.error(place, message);
            Size::Unknown
        }
        _ => factor.map(Size::Factor).or(length.map(Size::Length)).unwrap_or(Size::Unknown),
    };
    let mode = arguments.word_option("mode", &["nearest", "linear", "bilinear"]);
    let mode_place = arguments.has("mode").unwrap_or(place);
    let corners = arguments.word_option("align_corners", &["false", "true"]) == "true";
    if let (true, "nearest", Some(place)) = (corners, mode, arguments.has("align_corners")) {
        let message =
            format!("`{label}`: `align_corners` is for `linear` and `bilinear`, but `mode` is `nearest`: remove it");
        arguments.error(place, message);
    }
    Box::new(Upsample { label, place, size, mode, mode_place, corners })
}

impl Layer for Upsample {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Upsample { label, place, size, mode, mode_place, corners } = self;
        let dims = if incoming.dims.len() == 2 { 1 } else { 2 };
        let from = planes(&incoming, label, *place, dims, errors).dims;
        let fits = ["", "linear", "bilinear"][dims];
        if *mode != "nearest" && *mode != fits && incoming.dims.len() == dims + 1 {
            let (source, given) = (incoming.from, brackets(incoming.dims));
            let message = format!("`{label}`: `mode` is `{mode}`, but {source} gives {given}: write `{fits}`");
            errors.push(*mode_place, message);
        }
        let sizes = match size {
            Size::Factor(sizes) | Size::Length(sizes) => {
                if dims == 1 && sizes.values[0] != sizes.values[1] {
                    let (source, given) = (incoming.from, brackets(incoming.dims));
                    let message = format!("`{label}` has two numbers, but {source} gives {given}: write one number");
                    errors.push(sizes.place, message);
                }
                both(&sizes.values[2 - dims..], 1)
            }
            Size::Unknown => [1; 2],
        };
        let (mut to, mut proofs) = (from, Vec::new());
        for dim in 2 - dims..2 {
            let (length, number) = (from[dim + 1], sizes[dim]);
            to[dim + 1] = number;
            if let Size::Factor(_) = size {
                to[dim + 1] = length.saturating_mul(number);
                proofs.push(Proof {
                    value: to[dim + 1],
                    rule: Some(quote!(__dnn::shape::scaled(#length, #number))),
                    algebra: Algebra::product(&[length, number]),
                });
            }
        }
        let output = match size {
            Size::Unknown => following.unwrap_or(incoming.dims).to_vec(),
            _ => shape(to, dims),
        };
        let [rows, columns] = [to[1], to[2]].map(Literal::usize_unsuffixed);
        let linear = *mode != "nearest";
        let value = quote!(Upsample::<#rows, #columns, _, #linear, #corners>);
        let formulas = if linear {
            ["y = the weighted mean of the neighbours in x", "dx += dy times the share of x in y"]
        } else {
            ["y = the nearest x", "dx += dy wherever x was taken"]
        };
        Planar { value, from: shape(from, dims), output, reads: Reads::NOTHING, formulas }.operation(proofs)
    }
}
