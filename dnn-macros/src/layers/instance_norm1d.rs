//! InstanceNorm1d: y = (x - m) / sqrt(v + eps) w + b over the values of a channel of a sequence
//!
//! dx = (g - mean of g - (x - m) / (v + eps) mean of g (x - m)) / sqrt(v + eps) with g = w dy

use super::{Arguments, Layer, instance_norm};

/// Takes [C, L].
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    instance_norm::read(arguments, 1, &[(1, "LayerNorm"), (3, "InstanceNorm2d")])
}
