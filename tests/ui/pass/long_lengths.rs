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
}

fn main() {
    assert_eq!(Sound::PARAMETERS, 322 + 201 * 1031 + 1032 * 3);
    let sound = Sound::boxed(&mut Rng::new(1));
    let x = Box::new([0.5; 16_000]);
    assert!(sound.predict(&x).iter().all(|y| y.is_finite() && *y != 0.0));
    let loss = Trainer::new(sound, CrossEntropy::default(), Sgd::new(0.1)).step(&[*x], &[2u8]);
    assert!((0.5..2.0).contains(&loss), "{loss}");
}
