//! y = the variance of x, of all of it or along an axis, by n - 1 unless `correction` says otherwise.

use super::reduction::{self, Gradient};
use super::{Function, Read};
use quote::quote;

pub(super) const FUNCTION: Function = reduction::function("variance", &["axis", "keepdim", "correction"], |call| {
    let correction = match call.option("correction") {
        None => 1,
        Some((correction, _)) if correction >= 0 => correction as usize,
        Some((correction, place)) => {
            call.errors.push(
                place,
                format!("a variance divides by n - correction, and {correction} is below 0: write 0 or 1"),
            );
            return None;
        }
    };
    reduction::apply(
        call,
        ["variance::value", "variance::pull"],
        Gradient::Call(&[Read::Operand(0)]),
        &[quote!(#correction)],
    )
});
