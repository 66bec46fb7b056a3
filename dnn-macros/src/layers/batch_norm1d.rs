//! BatchNorm1d: y = (x - m) / sqrt(v + eps) w + b for each feature, or each channel of a sequence
//!
//! dx = w / sqrt(v + eps) (dy - mean of dy - (x - m) / (v + eps) mean of dy (x - m))

use super::{Arguments, Layer, batch_norm};

/// Takes [C] and [C, L].
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    batch_norm::read(arguments, (1, 2), &[(3, "BatchNorm2d")])
}
