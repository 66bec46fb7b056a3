//! Conv1d: y = W * x + b, the cross-correlation of channels with a kernel that moves over one dimension
//!
//! dx = Wᵀ * dy, dW += dy * x, db += sum over samples and positions of dy

use super::{Arguments, Layer, convolution};

/// Takes the numbers of channels, the size of the kernel, and the options of a convolution.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    convolution::read(arguments, 1)
}
