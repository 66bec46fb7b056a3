//! InstanceNorm2d: y = (x - m) / sqrt(v + eps) w + b over the values of a channel of an image
//!
//! dx = (g - mean of g - (x - m) / (v + eps) mean of g (x - m)) / sqrt(v + eps) with g = w dy

use super::{Arguments, Layer, instance_norm};

/// Takes [C, H, W].
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    instance_norm::read(arguments, 2, &[(1, "LayerNorm"), (2, "InstanceNorm1d")])
}
