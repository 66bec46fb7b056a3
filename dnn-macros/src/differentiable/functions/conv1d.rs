//! y = w * x + b over one dimension of one sample: x is [channels, length], w [outputs, channels / groups, kernel].

use super::{Function, Tangent, convolution};

const TANGENT: Tangent = Tangent::Each(&["conv1d(t, b, options)", "conv1d(a, t, options)", "unsqueeze(t, axis = 1)"]);

pub(super) const FUNCTION: Function = convolution::function("conv1d", TANGENT, |call| {
    convolution::apply(call, 1, ["conv1d::value", "conv1d::pull0", "conv1d::pull1", "conv1d::pull2"])
});
