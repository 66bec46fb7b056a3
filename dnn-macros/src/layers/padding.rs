//! What zeros around one and two dimensions have in common.

use super::pool::{Planar, numbers};
use super::window::{planes, shape};
use super::{Algebra, Arguments, Layer, Operation, Proof, Reads};
use crate::error::{Errors, Place};
use crate::shape::Incoming;
use quote::{format_ident, quote};

struct Padding {
    label: String,
    place: Place,
    dims: usize,
    /// Before and behind columns, and before and behind rows; nothing where its arguments are a mistake.
    sides: Option<[[usize; 2]; 2]>,
}

/// Takes one number, or a list in PyTorch's order: left, right, top, bottom.
pub(super) fn read(arguments: &mut Arguments<'_>, dims: usize) -> Box<dyn Layer> {
    let (label, place) = (arguments.label(), Place::from(arguments.span()));
    let sides = arguments.only_sizes("padding", 2 * dims, 0).map(|sizes| match sizes.values[..] {
        [left, right, top, bottom] => [[left, right], [top, bottom]],
        [left, right] => [[left, right], [0; 2]],
        _ => [[0; 2]; 2],
    });
    Box::new(Padding { label, place, dims, sides })
}

impl Layer for Padding {
    fn zeros(&self) -> Option<[[usize; 2]; 2]> {
        self.sides.map(|[columns, rows]| [rows, columns])
    }

    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Padding { label, place, dims, sides } = self;
        let from = planes(&incoming, label, *place, *dims, errors).dims;
        let given = sides.unwrap_or([[0; 2]; 2]);
        let (mut to, mut proofs) = (from, Vec::new());
        for dim in 2 - dims..2 {
            let (length, [before, behind]) = (from[dim + 1], given[1 - dim]);
            to[dim + 1] = length + before + behind;
            let n = Algebra::Number;
            proofs.push(Proof {
                value: to[dim + 1],
                rule: Some(quote!(__dnn::shape::padded(#length, #before, #behind))),
                algebra: n(length) + n(before) + n(behind),
            });
        }
        let output = match sides {
            Some(_) => shape(to, *dims),
            None => following.unwrap_or(incoming.dims).to_vec(),
        };
        let (name, sides) = (format_ident!("ZeroPad{dims}d"), numbers(&given[..*dims], 2));
        let value = quote!(#name::<#(#sides,)* _>);
        let formulas = ["y = x with zeros around it", "dx = what lies in dy where x lies in y"];
        Planar { value, from: shape(from, *dims), output, reads: Reads::NOTHING, formulas }.operation(proofs)
    }
}
