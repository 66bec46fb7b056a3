//! Convolutions, pooling, padding and upsampling, over rows and columns and over lines.

use core::hint::black_box;
use dnn::prelude::*;

network! {
    /// Every layer over planes and lines, with windows that reach beyond them.
    struct Planes: [2, 12, 12] -> [2] {
        ZeroPad2d<[1, 0, 0, 1]>,
        conv1: Conv2d<2, 4, 3, stride = 2>,
        Relu,
        MaxPool2d<3, stride = 2, padding = 1>,
        conv2: Conv2d<4, 4, [2, 3], padding = same, groups = 4, bias = false>,
        conv3: ConvTranspose2d<4, 2, 3, stride = 2, padding = 1, output_padding = 1>,
        AvgPool2d<2, padding = 1, count_include_pad = false>,
        Upsample<scale_factor = 2, mode = bilinear>,
        AdaptiveAvgPool2d<[3, 5]>,
        AdaptiveMaxPool2d<2>,
        Reshape<2, 4>,
        conv4: Conv1d<2, 3, 3, padding = 2, dilation = 2>,
        conv5: ConvTranspose1d<3, 2, 2, stride = 2>,
        MaxPool1d<3, ceil_mode = true>,
        AvgPool1d<2, stride = 1>,
        ZeroPad1d<1>,
        Upsample<size = 5>,
        AdaptiveAvgPool1d<4>,
        AdaptiveMaxPool1d<3>,
        Reshape<3, 2>,
        GlobalAvgPool,
        Reshape<1, 3>,
        ZeroPad1d<[0, 1]>,
        Reshape<2, 2>,
        GlobalMaxPool,
        Flatten,
    }
}

static mut PLANES: Memory<Planes, Adam, 2> = Memory::new();

/// Trains and predicts.
pub(crate) fn run() {
    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread and takes the static once.
    let planes = unsafe { &mut PLANES };
    planes.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(planes, Mse, Adam::new(0.01));
    let images = black_box([[[[0.5; 12]; 12]; 2]; 3]);
    black_box(trainer.step(&images, &black_box([[0.5; 2]; 3])));
    black_box(trainer.network().predict(&images[0]));
}
