//! y = w * x + b over rows and columns of one sample: x is [channels, rows, columns], w [outputs, channels / groups, rows,
//! columns].

use super::{Function, Tangent, convolution};

const TANGENT: Tangent =
    Tangent::Each(&["conv2d(t, b, options)", "conv2d(a, t, options)", "unsqueeze(unsqueeze(t, axis = 1), axis = 2)"]);

pub(super) const FUNCTION: Function = convolution::function("conv2d", TANGENT, |call| {
    convolution::apply(call, 2, ["conv2d::value", "conv2d::pull0", "conv2d::pull1", "conv2d::pull2"])
});
