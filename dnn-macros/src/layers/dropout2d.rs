//! Dropout2d: y = x / (1 - p) or 0 for each channel of an image, the latter with probability p; in inference y = x
//!
//! dx = dy / (1 - p) or 0, by the same mask

use super::{Arguments, Layer, channel_dropout};

/// Takes [C, H, W].
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    channel_dropout::read(arguments, 3, &[(1, "Dropout"), (2, "Dropout1d")])
}
