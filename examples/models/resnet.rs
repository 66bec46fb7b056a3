//! ResNet-8: small colour images, 78,666 parameters with the running statistics; the image classification of MLPerf Tiny.
//!
//! Where TensorFlow's SAME puts more zeros behind than before, `ZeroPad2d` says so.

use dnn::prelude::*;

network! {
    /// Two convolutions and a way around them.
    pub struct Block16<T>: [16, 32, 32] -> [16, 32, 32] {
        conv1: Conv2d<16, 16, 3, padding = 1>,
        norm1: BatchNorm2d<16>(eps = 1e-3, momentum = 0.01),
        conv2: Conv2d<16, 16, 3, padding = 1>,
        norm2: BatchNorm2d<16>(eps = 1e-3, momentum = 0.01),

        fn forward(x) {
            let h = Relu(norm1(conv1(x)));
            Relu(norm2(conv2(h)) + x)
        }
    }

    /// Twice the channels on half of the rows and columns; a convolution of single pixels on the way around.
    pub struct Block32<T>: [16, 32, 32] -> [32, 16, 16] {
        conv1: Conv2d<16, 32, 3, stride = 2>,
        norm1: BatchNorm2d<32>(eps = 1e-3, momentum = 0.01),
        conv2: Conv2d<32, 32, 3, padding = 1>,
        norm2: BatchNorm2d<32>(eps = 1e-3, momentum = 0.01),
        around: Conv2d<16, 32, 1, stride = 2>,

        fn forward(x) {
            let h = Relu(norm1(conv1(ZeroPad2d<[0, 1, 0, 1]>(x))));
            Relu(norm2(conv2(h)) + around(x))
        }
    }

    /// Once more.
    pub struct Block64<T>: [32, 16, 16] -> [64, 8, 8] {
        conv1: Conv2d<32, 64, 3, stride = 2>,
        norm1: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        conv2: Conv2d<64, 64, 3, padding = 1>,
        norm2: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        around: Conv2d<32, 64, 1, stride = 2>,

        fn forward(x) {
            let h = Relu(norm1(conv1(ZeroPad2d<[0, 1, 0, 1]>(x))));
            Relu(norm2(conv2(h)) + around(x))
        }
    }

    /// ResNet-8 on 32 x 32 colour images (C. Banbury et al., "MLPerf Tiny Benchmark", 2021, after K. He et al., "Deep residual
    /// learning for image recognition", 2015), to logits.
    pub struct ResNet8<T>: [3, 32, 32] -> [10] {
        conv: Conv2d<3, 16, 3, padding = 1>,
        norm: BatchNorm2d<16>(eps = 1e-3, momentum = 0.01),
        Relu,
        block1: Block16<T>,
        block2: Block32<T>,
        block3: Block64<T>,
        AvgPool2d<8>,
        Flatten,
        fc: Linear<64, 10>,
    }
}
