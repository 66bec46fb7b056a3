//! MobileNetV1 of a quarter of the width: whether there is a person in the picture, 221,794 parameters with the running
//! statistics; the visual wake words of MLPerf Tiny.
//!
//! The layers stand one after the other and not in blocks of their own where they are large: what a network inside of another
//! one takes and gives is in memory as long as it runs, and here only what the next layer reads.

use dnn::prelude::*;

network! {
    /// A convolution of each channel by itself, and one of single pixels over all channels.
    pub struct Separable<T>: [128, 6, 6] -> [128, 6, 6] {
        depthwise: Conv2d<128, 128, 3, padding = 1, groups = 128>,
        norm1: BatchNorm2d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise: Conv2d<128, 128, 1>,
        norm2: BatchNorm2d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
    }

    /// MobileNetV1 0.25 on 96 x 96 colour images, to the logits of two classes (A. Howard et al., "MobileNets", 2017;
    /// C. Banbury et al., "MLPerf Tiny Benchmark", 2021).
    pub struct MobileNet<T>: [3, 96, 96] -> [2] {
        ZeroPad2d<[0, 1, 0, 1]>, // TensorFlow's SAME for a stride of 2
        conv: Conv2d<3, 8, 3, stride = 2>,
        norm: BatchNorm2d<8>(eps = 1e-3, momentum = 0.01),
        Relu,

        depthwise1: Conv2d<8, 8, 3, padding = 1, groups = 8>,
        norm1a: BatchNorm2d<8>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise1: Conv2d<8, 16, 1>, // [16, 48, 48]
        norm1b: BatchNorm2d<16>(eps = 1e-3, momentum = 0.01),
        Relu,

        ZeroPad2d<[0, 1, 0, 1]>,
        depthwise2: Conv2d<16, 16, 3, stride = 2, groups = 16>,
        norm2a: BatchNorm2d<16>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise2: Conv2d<16, 32, 1>, // [32, 24, 24]
        norm2b: BatchNorm2d<32>(eps = 1e-3, momentum = 0.01),
        Relu,

        depthwise3: Conv2d<32, 32, 3, padding = 1, groups = 32>,
        norm3a: BatchNorm2d<32>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise3: Conv2d<32, 32, 1>, // [32, 24, 24]
        norm3b: BatchNorm2d<32>(eps = 1e-3, momentum = 0.01),
        Relu,

        ZeroPad2d<[0, 1, 0, 1]>,
        depthwise4: Conv2d<32, 32, 3, stride = 2, groups = 32>,
        norm4a: BatchNorm2d<32>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise4: Conv2d<32, 64, 1>, // [64, 12, 12]
        norm4b: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,

        depthwise5: Conv2d<64, 64, 3, padding = 1, groups = 64>,
        norm5a: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise5: Conv2d<64, 64, 1>, // [64, 12, 12]
        norm5b: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,

        ZeroPad2d<[0, 1, 0, 1]>,
        depthwise6: Conv2d<64, 64, 3, stride = 2, groups = 64>,
        norm6a: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise6: Conv2d<64, 128, 1>, // [128, 6, 6]
        norm6b: BatchNorm2d<128>(eps = 1e-3, momentum = 0.01),
        Relu,

        blocks: [Separable<T>; 5], // [128, 6, 6]

        ZeroPad2d<[0, 1, 0, 1]>,
        depthwise7: Conv2d<128, 128, 3, stride = 2, groups = 128>,
        norm7a: BatchNorm2d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise7: Conv2d<128, 256, 1>, // [256, 3, 3]
        norm7b: BatchNorm2d<256>(eps = 1e-3, momentum = 0.01),
        Relu,

        depthwise8: Conv2d<256, 256, 3, padding = 1, groups = 256>,
        norm8a: BatchNorm2d<256>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise8: Conv2d<256, 256, 1>, // [256, 3, 3]
        norm8b: BatchNorm2d<256>(eps = 1e-3, momentum = 0.01),
        Relu,

        AvgPool2d<3>,
        Flatten,
        fc: Linear<256, 2>,
    }
}
