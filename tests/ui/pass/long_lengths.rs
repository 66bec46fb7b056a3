//! Lengths beyond those for which typenum has names.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

network! {
    /// A second of sound.
    pub struct Sound: [16_000] -> [3] {
        Reshape<-1, 160>,
        fc1: Linear<160, 2>,
        Relu,
        Flatten,
        fc2: Linear<200, 1031>,
        Tanh,
        fc3: Linear<1031, 3>,
    }

    /// The same by windows over time.
    pub struct Windows: [1, 16_000] -> [3] {
        conv1: Conv1d<1, 2, 80, stride = 8, padding = 36>,
        Relu,
        MaxPool1d<4>,
        conv2: Conv1d<2, 3, 3, padding = same, dilation = 4>,
        GlobalAvgPool,
        Flatten,
    }

    /// More channels than that.
    pub struct Channels<f64>: [1500, 2, 2] -> [1500, 4, 2] {
        conv1: Conv2d<1500, 1500, 2, groups = 1500>,
        conv2: Conv2d<1500, 3, 1, bias = false>,
        conv3: ConvTranspose2d<3, 1500, [4, 2]>,
    }
}

fn main() {
    assert_eq!(Sound::PARAMETERS, 322 + 201 * 1031 + 1032 * 3);
    let sound = Sound::boxed(&mut Rng::new(1));
    let x = Box::new([0.5; 16_000]);
    assert!(sound.predict(&x).iter().all(|y| y.is_finite() && *y != 0.0));
    let loss = Trainer::new(sound, CrossEntropy::default(), Sgd::new(0.1)).step(&[*x], &[2u8]);
    assert!((0.5..2.0).contains(&loss), "{loss}");

    assert_eq!((Windows::PARAMETERS, Channels::PARAMETERS), (162 + 21, 1500 * 5 + 4500 + 3 * 1500 * 8 + 1500));
    let windows = Windows::boxed(&mut Rng::new(1));
    assert!(windows.predict(&[*x]).iter().all(|y| y.is_finite() && *y != 0.0));
    let loss = Trainer::new(windows, CrossEntropy::default(), Sgd::new(0.1)).step(&[[*x]], &[2u8]);
    assert!((0.5..2.0).contains(&loss), "{loss}");
    let channels = Channels::boxed(&mut Rng::new(1));
    assert!(channels.predict(&[[[1.0; 2]; 2]; 1500]).as_flattened().as_flattened().iter().all(|y| *y != 0.0));
}
