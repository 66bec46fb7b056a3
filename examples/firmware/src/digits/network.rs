//! The digits network, for the laptop that trains it and for the device that has its weights in flash, and the form of an
//! image in a file.

use dnn::prelude::*;

network! {
    /// 8 x 8 grey pixels from 0 to 1 to the logits of ten digits.
    ///
    /// The weights are there by a feature, so that the program that makes the file does without it.
    #[derive(Clone)]
    #[cfg_attr(feature = "weights", weights("../../data/digits.safetensors"))]
    #[budget(parameters = 10 KiB, inference = 256 B, macs = 2_400)]
    pub struct Digits: [8, 8] -> [10] {
        Flatten,
        fc1: Linear<64, 32>,
        Relu,
        fc2: Linear<32, 10>,
    }

    /// The same, whose first layer is frozen and stays in flash: what is trained is the last one.
    pub struct LastLayer: [8, 8] -> [10] {
        Flatten,
        fc1: &'static Linear<64, 32>,
        Relu,
        fc2: Linear<32, 10>,
    }
}

/// Grey pixels, 0 to 1.
pub type Image = [[f32; 8]; 8];

/// An image in a file: 64 pixels from 0 to 16, row by row from the top left, and the digit. A file holds nothing else.
pub type Record = [u8; 65];
