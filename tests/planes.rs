//! Convolutions, pooling, padding and upsampling against PyTorch: outputs, dL/dx and every parameter's gradient of the goldens
//! in `parity/planes.json`, whose `generate.py` says how they were made. Every case has to be known here by its name.

#![cfg(feature = "alloc")]

#[path = "parity/replay.rs"]
mod replay;

use dnn::prelude::*;
use replay::{Case, replay};

network! {
    /// `conv2d`
    pub struct Plain<T>: [2, 5, 6] -> [3, 3, 4] { layer: Conv2d<2, 3, 3> }
    /// `conv2d_options`
    pub struct Options<T>: [3, 6, 7] -> [2, 3, 3] {
        layer: Conv2d<3, 2, [3, 2], stride = [2, 3], padding = [1, 2], dilation = [1, 2]>
    }
    /// `conv2d_same`
    pub struct Same<T>: [2, 5, 6] -> [3, 5, 6] { layer: Conv2d<2, 3, [2, 4], padding = same> }
    /// `conv2d_valid`
    pub struct Valid<T>: [2, 4, 5] -> [3, 2, 4] { layer: Conv2d<2, 3, [3, 2], padding = valid> }
    /// `conv2d_same_apart`
    pub struct SameApart<T>: [1, 6, 6] -> [2, 6, 6] { layer: Conv2d<1, 2, [3, 2], padding = same, dilation = [2, 3]> }
    /// `conv2d_groups`
    pub struct Groups<T>: [4, 4, 4] -> [6, 4, 4] { layer: Conv2d<4, 6, 3, padding = 1, groups = 2, bias = false> }
    /// `conv2d_depthwise`
    pub struct Depthwise<T>: [4, 5, 5] -> [8, 3, 3] { layer: Conv2d<4, 8, 3, stride = 2, padding = 1, groups = 4> }
    /// `conv2d_pointwise`
    pub struct Pointwise<T>: [5, 3, 2] -> [4, 3, 2] { layer: Conv2d<5, 4, 1> }
    /// `conv2d_small`
    pub struct Small<T>: [1, 3, 3] -> [2, 2, 2] { layer: Conv2d<1, 2, 2> }
    /// `conv1d`
    pub struct Line<T>: [3, 9] -> [4, 7] { layer: Conv1d<3, 4, 3> }
    /// `conv1d_options`
    pub struct LineOptions<T>: [2, 14] -> [3, 7] { layer: Conv1d<2, 3, 4, stride = 2, padding = 3, dilation = 2> }
    /// `conv1d_same`
    pub struct LineSame<T>: [2, 9] -> [4, 9] { layer: Conv1d<2, 4, 6, padding = same, groups = 2, bias = false> }
    /// `conv_transpose2d`
    pub struct Transposed<T>: [3, 4, 3] -> [2, 6, 4] { layer: ConvTranspose2d<3, 2, [3, 2]> }
    /// `conv_transpose2d_options`
    pub struct TransposedOptions<T>: [2, 3, 4] -> [4, 8, 13] {
        layer: ConvTranspose2d<2, 4, [3, 2], stride = [2, 3], padding = [1, 0], output_padding = [1, 2], dilation = [2, 1], groups = 2>
    }
    /// `conv_transpose2d_no_bias`
    pub struct TransposedNoBias<T>: [2, 2, 2] -> [1, 4, 4] { layer: ConvTranspose2d<2, 1, 2, stride = 2, bias = false> }
    /// `conv_transpose1d`
    pub struct TransposedLine<T>: [3, 5] -> [2, 8] { layer: ConvTranspose1d<3, 2, 4> }
    /// `conv_transpose1d_options`
    pub struct TransposedLineOptions<T>: [4, 5] -> [2, 14] {
        layer: ConvTranspose1d<4, 2, 3, stride = 3, padding = 2, output_padding = 1, dilation = 2, groups = 2>
    }
    /// `max_pool2d`
    pub struct Max<T>: [2, 5, 6] -> [2, 2, 3] { MaxPool2d<2> }
    /// `max_pool2d_options`
    pub struct MaxOptions<T>: [2, 6, 7] -> [2, 4, 3] {
        MaxPool2d<[3, 2], stride = [1, 2], padding = [1, 0], dilation = [2, 1]>
    }
    /// `max_pool2d_ceil`
    pub struct MaxCeil<T>: [1, 6, 8] -> [1, 4, 3] { MaxPool2d<3, stride = [2, 4], padding = 1, ceil_mode = true> }
    /// `max_pool1d`
    pub struct MaxLine<T>: [3, 7] -> [3, 4] { MaxPool1d<3, stride = 2, padding = 1> }
    /// `max_pool1d_ceil`
    pub struct MaxLineCeil<T>: [2, 9] -> [2, 3] { MaxPool1d<3, dilation = 2, ceil_mode = true> }
    /// `avg_pool2d`
    pub struct Avg<T>: [2, 5, 6] -> [2, 2, 3] { AvgPool2d<2> }
    /// `avg_pool2d_options`
    pub struct AvgOptions<T>: [2, 6, 7] -> [2, 6, 4] { AvgPool2d<[3, 2], stride = [1, 2], padding = 1> }
    /// `avg_pool2d_within`
    pub struct AvgWithin<T>: [2, 5, 5] -> [2, 3, 3] { AvgPool2d<3, stride = 2, padding = 1, count_include_pad = false> }
    /// `avg_pool2d_divisor`
    pub struct AvgDivisor<T>: [2, 5, 5] -> [2, 3, 3] {
        AvgPool2d<3, stride = 2, padding = 1, divisor_override = 5>
    }
    /// `avg_pool2d_ceil`
    pub struct AvgCeil<T>: [1, 6, 8] -> [1, 4, 3] { AvgPool2d<3, stride = [2, 4], padding = 1, ceil_mode = true> }
    /// `avg_pool2d_ceil_within`
    pub struct AvgCeilWithin<T>: [1, 6, 8] -> [1, 4, 3] {
        AvgPool2d<3, stride = [2, 4], padding = 1, ceil_mode = true, count_include_pad = false>
    }
    /// `avg_pool1d`
    pub struct AvgLine<T>: [3, 7] -> [3, 4] { AvgPool1d<3, stride = 2, padding = 1> }
    /// `avg_pool1d_ceil`
    pub struct AvgLineCeil<T>: [2, 8] -> [2, 3] { AvgPool1d<3, ceil_mode = true> }
    /// `adaptive_avg_pool2d`
    pub struct AdaptiveAvg<T>: [2, 5, 7] -> [2, 3, 2] { AdaptiveAvgPool2d<[3, 2]> }
    /// `adaptive_avg_pool2d_longer`
    pub struct AdaptiveAvgLonger<T>: [1, 2, 3] -> [1, 3, 5] { AdaptiveAvgPool2d<[3, 5]> }
    /// `adaptive_avg_pool1d`
    pub struct AdaptiveAvgLine<T>: [3, 8] -> [3, 3] { AdaptiveAvgPool1d<3> }
    /// `adaptive_max_pool2d`
    pub struct AdaptiveMax<T>: [2, 5, 7] -> [2, 3, 2] { AdaptiveMaxPool2d<[3, 2]> }
    /// `adaptive_max_pool1d`
    pub struct AdaptiveMaxLine<T>: [3, 8] -> [3, 3] { AdaptiveMaxPool1d<3> }
    /// `global_avg_pool`
    pub struct GlobalAvg<T>: [3, 4, 5] -> [3, 1, 1] { GlobalAvgPool }
    /// `global_avg_pool_line`
    pub struct GlobalAvgLine<T>: [3, 5] -> [3, 1] { GlobalAvgPool }
    /// `global_max_pool`
    pub struct GlobalMax<T>: [3, 4, 5] -> [3, 1, 1] { GlobalMaxPool }
    /// `zero_pad2d`
    pub struct Pad<T>: [2, 2, 3] -> [2, 5, 6] { ZeroPad2d<[1, 2, 0, 3]> }
    /// `zero_pad2d_all`
    pub struct PadAll<T>: [1, 2, 2] -> [1, 4, 4] { ZeroPad2d<1> }
    /// `zero_pad1d`
    pub struct PadLine<T>: [2, 3] -> [2, 6] { ZeroPad1d<[2, 1]> }
    /// `upsample_nearest`
    pub struct Nearest<T>: [2, 2, 3] -> [2, 4, 9] { Upsample<scale_factor = [2, 3]> }
    /// `upsample_nearest_size`
    pub struct NearestSize<T>: [2, 3, 5] -> [2, 5, 3] { Upsample<size = [5, 3]> }
    /// `upsample_nearest_line`
    pub struct NearestLine<T>: [2, 4] -> [2, 8] { Upsample<scale_factor = 2> }
    /// `upsample_bilinear`
    pub struct Bilinear<T>: [2, 3, 2] -> [2, 6, 4] { Upsample<scale_factor = 2, mode = bilinear> }
    /// `upsample_bilinear_size`
    pub struct BilinearSize<T>: [1, 3, 5] -> [1, 7, 4] { Upsample<size = [7, 4], mode = bilinear> }
    /// `upsample_bilinear_corners`
    pub struct BilinearCorners<T>: [1, 3, 5] -> [1, 7, 4] {
        Upsample<size = [7, 4], mode = bilinear, align_corners = true>
    }
    /// `upsample_linear`
    pub struct LinearLine<T>: [2, 4] -> [2, 12] { Upsample<scale_factor = 3, mode = linear> }
    /// `upsample_linear_corners`
    pub struct LinearLineCorners<T>: [2, 4] -> [2, 9] { Upsample<size = 9, mode = linear, align_corners = true> }
}

fn layer<T: Scalar>(case: &Case) {
    match case.name() {
        "conv2d" => replay::<Plain<T>, _, T>(case),
        "conv2d_options" => replay::<Options<T>, _, T>(case),
        "conv2d_same" => replay::<Same<T>, _, T>(case),
        "conv2d_valid" => replay::<Valid<T>, _, T>(case),
        "conv2d_same_apart" => replay::<SameApart<T>, _, T>(case),
        "conv2d_groups" => replay::<Groups<T>, _, T>(case),
        "conv2d_depthwise" => replay::<Depthwise<T>, _, T>(case),
        "conv2d_pointwise" => replay::<Pointwise<T>, _, T>(case),
        "conv2d_small" => replay::<Small<T>, _, T>(case),
        "conv1d" => replay::<Line<T>, _, T>(case),
        "conv1d_options" => replay::<LineOptions<T>, _, T>(case),
        "conv1d_same" => replay::<LineSame<T>, _, T>(case),
        "conv_transpose2d" => replay::<Transposed<T>, _, T>(case),
        "conv_transpose2d_options" => replay::<TransposedOptions<T>, _, T>(case),
        "conv_transpose2d_no_bias" => replay::<TransposedNoBias<T>, _, T>(case),
        "conv_transpose1d" => replay::<TransposedLine<T>, _, T>(case),
        "conv_transpose1d_options" => replay::<TransposedLineOptions<T>, _, T>(case),
        "max_pool2d" => replay::<Max<T>, _, T>(case),
        "max_pool2d_options" => replay::<MaxOptions<T>, _, T>(case),
        "max_pool2d_ceil" => replay::<MaxCeil<T>, _, T>(case),
        "max_pool1d" => replay::<MaxLine<T>, _, T>(case),
        "max_pool1d_ceil" => replay::<MaxLineCeil<T>, _, T>(case),
        "avg_pool2d" => replay::<Avg<T>, _, T>(case),
        "avg_pool2d_options" => replay::<AvgOptions<T>, _, T>(case),
        "avg_pool2d_divisor" => replay::<AvgDivisor<T>, _, T>(case),
        "avg_pool2d_within" => replay::<AvgWithin<T>, _, T>(case),
        "avg_pool2d_ceil" => replay::<AvgCeil<T>, _, T>(case),
        "avg_pool2d_ceil_within" => replay::<AvgCeilWithin<T>, _, T>(case),
        "avg_pool1d" => replay::<AvgLine<T>, _, T>(case),
        "avg_pool1d_ceil" => replay::<AvgLineCeil<T>, _, T>(case),
        "adaptive_avg_pool2d" => replay::<AdaptiveAvg<T>, _, T>(case),
        "adaptive_avg_pool2d_longer" => replay::<AdaptiveAvgLonger<T>, _, T>(case),
        "adaptive_avg_pool1d" => replay::<AdaptiveAvgLine<T>, _, T>(case),
        "adaptive_max_pool2d" => replay::<AdaptiveMax<T>, _, T>(case),
        "adaptive_max_pool1d" => replay::<AdaptiveMaxLine<T>, _, T>(case),
        "global_avg_pool" => replay::<GlobalAvg<T>, _, T>(case),
        "global_avg_pool_line" => replay::<GlobalAvgLine<T>, _, T>(case),
        "global_max_pool" => replay::<GlobalMax<T>, _, T>(case),
        "zero_pad2d" => replay::<Pad<T>, _, T>(case),
        "zero_pad2d_all" => replay::<PadAll<T>, _, T>(case),
        "zero_pad1d" => replay::<PadLine<T>, _, T>(case),
        "upsample_nearest" => replay::<Nearest<T>, _, T>(case),
        "upsample_nearest_size" => replay::<NearestSize<T>, _, T>(case),
        "upsample_nearest_line" => replay::<NearestLine<T>, _, T>(case),
        "upsample_bilinear" => replay::<Bilinear<T>, _, T>(case),
        "upsample_bilinear_size" => replay::<BilinearSize<T>, _, T>(case),
        "upsample_bilinear_corners" => replay::<BilinearCorners<T>, _, T>(case),
        "upsample_linear" => replay::<LinearLine<T>, _, T>(case),
        "upsample_linear_corners" => replay::<LinearLineCorners<T>, _, T>(case),
        other => panic!("no network for the case {other}"),
    }
}

#[test]
fn layers_over_planes_and_lines_agree_with_pytorch() {
    let cases = replay::all("planes.json", layer::<f32>, layer::<f64>);
    assert!(cases >= 2 * 47, "only {cases} cases");
}
