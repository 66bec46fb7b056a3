//! Handwritten digits: weights and images from the laptop in flash, inference and fine-tuning on the device.

mod network;
mod tune;

pub use network::{Digits, Image, LastLayer, Record};
pub use tune::{AllRam, LastRam, Right, read, tune_all, tune_last};

use dnn::prelude::*;

/// Images that no training has seen.
pub static TEST: Images = Images::new(include_bytes!("../../data/test.images"));
/// Images to tune on: some of those that the laptop has trained on.
pub static TUNE: Images = Images::new(include_bytes!("../../data/tune.images"));

/// Images in flash.
pub struct Images(&'static [Record]);

impl Images {
    /// The images in the bytes of a file, which are checked while the program compiles.
    ///
    /// # Panics
    /// The file has bytes behind its last image, or something that is no pixel or digit.
    pub const fn new(file: &'static [u8]) -> Images {
        let (records, rest) = file.as_chunks::<65>();
        assert!(rest.is_empty(), "an image takes 65 bytes: 64 pixels and a digit");
        let mut byte = 0;
        while byte < file.len() {
            let limit = if byte % 65 == 64 { 9 } else { 16 };
            assert!(file[byte] <= limit, "a pixel is 0 to 16, and a digit 0 to 9");
            byte += 1;
        }
        Images(records)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each image with its digit.
    pub fn iter(&self) -> impl Iterator<Item = (Image, Class<10>)> {
        self.0.iter().map(|record| (image(record), digit(record)))
    }

    /// Batches of `B` images; those behind the last whole one are left out.
    pub fn batches<const B: usize>(&self) -> &'static [[Record; B]] {
        self.0.as_chunks().0
    }
}

/// The pixels of a record, from 0 to 1.
pub fn image(record: &Record) -> Image {
    let mut image = [[0.0; 8]; 8];
    for (pixel, byte) in image.as_flattened_mut().iter_mut().zip(record) {
        *pixel = f32::from(*byte) / 16.0;
    }
    image
}

/// The digit of a record, which [`Images::new`] has seen to be one.
pub fn digit(record: &Record) -> Class<10> {
    const ZERO: Class<10> = Class::new(0).unwrap();
    Class::new(usize::from(record[64])).unwrap_or(ZERO)
}

/// What the world looks like when the camera has moved: every row goes one pixel to the right, the last one of it is lost,
/// and the first one is blank.
pub fn shifted(image: &Image) -> Image {
    let mut moved = [[0.0; 8]; 8];
    for (to, from) in moved.iter_mut().zip(image) {
        for (to, from) in to.iter_mut().skip(1).zip(from) {
            *to = *from;
        }
    }
    moved
}
