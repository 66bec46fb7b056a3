//! Shape rules as const functions: the second opinion on every length that the macro computes. All of them are total.

use crate::parameters::elements;

/// Elements of `Flatten`'s output.
pub const fn flatten(dims: &[usize]) -> usize {
    elements(dims)
}

/// The length of a dimension that `Reshape` infers: what is left of `from` for the product `known` of the others.
pub const fn inferred(from: &[usize], known: usize) -> usize {
    match elements(from).checked_div(known) {
        Some(length) => length,
        None => 0,
    }
}
