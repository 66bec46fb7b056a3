//! ConvTranspose2d: y = Wᵀ * x + b, each x times a kernel, added up where their rows and columns meet
//!
//! dx = W * dy, dW += x * dy, db += sum over samples and positions of dy

use super::{Arguments, Layer, transposed};

/// Takes the numbers of channels, the size of the kernel, and the options of a transposed convolution.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    transposed::read(arguments, 2)
}
