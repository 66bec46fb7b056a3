//! Dropout1d: y = x / (1 - p) or 0 for each channel of a sequence, the latter with probability p; in inference y = x
//!
//! dx = dy / (1 - p) or 0, by the same mask

use super::{Arguments, Layer, channel_dropout};

/// Takes [C, L].
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    channel_dropout::read(arguments, 2, &[(1, "Dropout"), (3, "Dropout2d")])
}
