//! y = w * x + b over rows and columns of one sample: x is [channels, rows, columns], w [outputs, channels / groups, rows,
//! columns].

use super::{Function, convolution};

pub(super) const FUNCTION: Function = convolution::function("conv2d", |call| {
    convolution::apply(call, 2, ["conv2d::value", "conv2d::pull0", "conv2d::pull1", "conv2d::pull2"])
});
