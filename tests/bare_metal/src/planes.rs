//! Convolutions, pooling, padding and upsampling, over rows and columns and over lines, with all of their options.

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

    struct Image: [2, 9, 9] -> [3] {
        conv1: Conv2d<2, 4, 3, padding = 1>,
        norm: BatchNorm2d<4>,
        InstanceNorm2d<4>,
        Dropout2d(0.1),
        MaxPool2d<2, ceil_mode = true>,
        conv2: Conv2d<4, 4, [3, 2], stride = [1, 2], padding = [1, 1], dilation = [1, 2], groups = 2, bias = false>,
        Upsample<scale_factor = 2, mode = bilinear>,
        conv3: ConvTranspose2d<4, 2, 2, stride = 2, output_padding = 1>,
        conv4: ConvTranspose2d<2, 4, [3, 2], padding = [1, 0], dilation = [2, 1], groups = 2, bias = false>,
        AvgPool2d<3, stride = 2, padding = 1, count_include_pad = false>,
        MaxPool2d<[3, 2], stride = [1, 2], padding = 1, dilation = [2, 1]>,
        conv5: Conv2d<4, 4, 2, padding = same>,
        conv6: Conv2d<4, 2, 1>,
        ZeroPad2d<[1, 2, 0, 3]>,
        Upsample<size = [7, 5]>,
        AdaptiveAvgPool2d<[4, 5]>,
        Upsample<size = [5, 4], mode = bilinear, align_corners = true>,
        AdaptiveMaxPool2d<[3, 3]>,
        AvgPool2d<2>,
        GlobalMaxPool,
        Flatten,
        fc: Linear<2, 3>,
    }

    /// A rectifier and a pooling layer that the convolution before them does in their place.
    struct Pooled: [1, 9, 8] -> [2] {
        conv1: Conv2d<1, 3, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<3, 2, [2, 3]>,
        Relu,
        MaxPool2d<2>,
        Flatten,
    }

    struct Line: [3, 16] -> [2, 1] {
        conv1: Conv1d<3, 4, 4, stride = 2, padding = 3, dilation = 2>,
        MaxPool1d<3, stride = 2, padding = 1>,
        conv2: ConvTranspose1d<4, 2, 3, stride = 3, padding = 2, output_padding = 1, dilation = 2, groups = 2>,
        AvgPool1d<3, ceil_mode = true>,
        conv3: Conv1d<2, 2, 3, padding = same, groups = 2, bias = false>,
        ZeroPad1d<[2, 1]>,
        Upsample<scale_factor = 3, mode = linear>,
        Upsample<size = 9, mode = linear, align_corners = true>,
        AdaptiveAvgPool1d<7>,
        Upsample<scale_factor = 2>,
        AdaptiveMaxPool1d<5>,
        GlobalAvgPool,
    }
}

static mut PLANES: Memory<Planes, Adam, 2> = Memory::new();
static mut IMAGE: Memory<Image, Sgd, 2> = Memory::new();
static mut POOLED: Memory<Pooled, Sgd, 2> = Memory::new();
static mut LINE: Memory<Line, Sgd, 2> = Memory::new();

/// Trains and predicts.
pub(crate) fn run() {
    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread and comes here once.
    let (planes, image, pooled, line) = unsafe { (&mut PLANES, &mut IMAGE, &mut POOLED, &mut LINE) };
    planes.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(planes, Mse, Adam::new(0.01));
    let images = black_box([[[[0.5; 12]; 12]; 2]; 3]);
    black_box(trainer.step(&images, &black_box([[0.5; 2]; 3])));
    black_box(trainer.network().predict(&images[0]));

    image.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(image, Mse, Sgd::new(0.1));
    let (inputs, targets) = black_box(([[[[0.5; 9]; 9]; 2]; 3], [[0.0; 3]; 3]));
    black_box(trainer.step(&inputs, &targets));
    black_box(trainer.network().predict(&inputs[0]));

    pooled.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(pooled, Mse, Sgd::new(0.1));
    let (inputs, targets) = black_box(([[[[0.5; 8]; 9]; 1]; 3], [[0.0; 2]; 3]));
    black_box(trainer.step(&inputs, &targets));
    black_box(trainer.network().predict(&inputs[0]));

    line.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(line, Mse, Sgd::new(0.1));
    let (inputs, targets) = black_box(([[[0.5; 16]; 3]; 3], [[[0.0; 1]; 2]; 3]));
    black_box(trainer.step(&inputs, &targets));
    black_box(trainer.network().predict(&inputs[0]));
}
