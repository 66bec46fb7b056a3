//! DS-CNN: spoken words, 24,908 parameters with the running statistics; the keyword spotting of MLPerf Tiny.

use dnn::prelude::*;

network! {
    /// A convolution of each channel by itself, and one of single pixels over all channels.
    pub struct Separable<T>: [64, 25, 5] -> [64, 25, 5] {
        depthwise: Conv2d<64, 64, 3, padding = 1, groups = 64>,
        norm1: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,
        pointwise: Conv2d<64, 64, 1>,
        norm2: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,
    }

    /// DS-CNN on 49 steps of 10 cepstral coefficients, a second of speech, to the logits of 12 words (Y. Zhang et al., "Hello
    /// edge: keyword spotting on microcontrollers", 2017; C. Banbury et al., "MLPerf Tiny Benchmark", 2021).
    pub struct DsCnn<T>: [1, 49, 10] -> [12] {
        ZeroPad2d<[1, 1, 4, 5]>, // TensorFlow's SAME: of an odd number of zeros one more behind
        conv: Conv2d<1, 64, [10, 4], stride = 2>,
        norm: BatchNorm2d<64>(eps = 1e-3, momentum = 0.01),
        Relu,
        Dropout(0.2),
        blocks: [Separable<T>; 4],
        Dropout(0.4),
        AvgPool2d<[24, 5]>, // the reference does without the last row
        Flatten,
        fc: Linear<64, 12>,
    }
}
