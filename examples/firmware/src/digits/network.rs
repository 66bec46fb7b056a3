//! The digits network and the form of an image in a file, for the laptop that trains it and for the device.

use dnn::prelude::*;

network! {
    /// 8 x 8 grey pixels from 0 to 1 to the logits of ten digits.
    #[derive(Clone)]
    pub struct Digits: [8, 8] -> [10] {
        Flatten,
        fc1: Linear<64, 32>,
        Relu,
        fc2: Linear<32, 10>,
    }
}

/// Grey pixels, 0 to 1.
pub type Image = [[f32; 8]; 8];

/// An image in a file: 64 pixels from 0 to 16, row by row from the top left, and the digit. A file holds nothing else.
pub type Record = [u8; 65];
