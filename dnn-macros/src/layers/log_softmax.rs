//! LogSoftmax: y = x - ln sum e^x along one dimension
//!
//! dx = dy - e^y sum dy

use super::{Arguments, Layer, softmaxes};
use quote::quote;

/// Takes `dim`, the last dimension where it is absent.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    softmaxes::read(arguments, quote!(__dnn::LogSoftmax), "y = x - ln sum e^x", "dx = dy - e^y sum dy")
}
