//! BatchNorm2d: y = (x - m) / sqrt(v + eps) w + b for each channel of an image
//!
//! dx = w / sqrt(v + eps) (dy - mean of dy - (x - m) / (v + eps) mean of dy (x - m))

use super::{Arguments, Layer, batch_norm};

/// Takes [C, H, W].
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    batch_norm::read(arguments, (3, 3), &[(1, "BatchNorm1d"), (2, "BatchNorm1d")])
}
