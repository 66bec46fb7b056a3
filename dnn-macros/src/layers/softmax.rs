//! Softmax: y = e^x / sum e^x along one dimension
//!
//! dx = y (dy - sum dy y)

use super::{Arguments, Layer, softmaxes};
use quote::quote;

/// Takes `dim`, the last dimension where it is absent.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    softmaxes::read(arguments, quote!(__dnn::Softmax), "y = e^x / sum e^x", "dx = y (dy - sum dy y)")
}
