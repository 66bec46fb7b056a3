//! Handwritten digits: weights and images from the laptop in flash, inference and fine-tuning on the device.

use crate::line;
use crate::print::{Hex, Output, Show, fixed};
use crate::weights::hash;
use dnn::prelude::*;

mod network;

pub use network::{Digits, Image, Record};

/// The weights that `cargo run --release -p train` has written.
pub static WEIGHTS: &[u8] = include_bytes!("../../data/digits.safetensors");
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
    pub fn batches<const B: usize>(&self) -> impl Iterator<Item = ([Image; B], [Class<10>; B])> {
        let (batches, _) = self.0.as_chunks::<B>();
        batches.iter().map(|batch| (batch.each_ref().map(image), batch.each_ref().map(digit)))
    }
}

fn image(record: &Record) -> Image {
    let mut image = [[0.0; 8]; 8];
    for (pixel, byte) in image.as_flattened_mut().iter_mut().zip(record) {
        *pixel = f32::from(*byte) / 16.0;
    }
    image
}

fn digit(record: &Record) -> Class<10> {
    const ZERO: Class<10> = Class::new(0).unwrap();
    Class::new(usize::from(record[64])).unwrap_or(ZERO) // `Images::new` has seen to it that it is a class
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

/// How many of the test images a network reads as what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    /// As they are.
    pub original: usize,
    /// After [`shifted`].
    pub shifted: usize,
}

impl Right {
    /// Runs over all test images twice.
    pub fn count(predict: impl Fn(&Image) -> [f32; 10]) -> Right {
        let mut right = Right { original: 0, shifted: 0 };
        for (image, digit) in TEST.iter() {
            right.original += usize::from(read(&predict(&image)) == digit.index());
            right.shifted += usize::from(read(&predict(&shifted(&image))) == digit.index());
        }
        right
    }
}

impl Show for Right {
    fn show(&self, out: &mut dyn Output) {
        let percent = |count| 100.0 * count as f32 / TEST.len() as f32;
        out.text("test images ");
        fixed(&percent(self.original), 1).show(out);
        out.text(" %, shifted ");
        fixed(&percent(self.shifted), 1).show(out);
        out.text(" %");
    }
}

/// The digit of the largest logit.
fn read(logits: &[f32; 10]) -> usize {
    let (mut digit, mut largest) = (0, f32::NEG_INFINITY);
    for (number, logit) in logits.iter().enumerate() {
        if *logit > largest {
            (digit, largest) = (number, *logit);
        }
    }
    digit
}

/// Images in a batch of fine-tuning.
pub const BATCH: usize = 8;
/// Passes over the images to tune on.
pub const EPOCHS: usize = 5;

/// All RAM that fine-tuning of every layer takes.
pub type FullRam = Memory<Digits, Adam, BATCH>;

/// Tunes every layer on shifted images.
pub fn tune_all(memory: &mut FullRam, out: &mut dyn Output) {
    if memory.network_mut().load_bytes(WEIGHTS).is_err() {
        return line!(out, "the weights are not those of this network");
    }
    line!(out, "before:        ", Right::count(|image| memory.network().predict(image)));
    let mut trainer = Trainer::within(memory, CrossEntropy, Adam::new(0.003));
    for epoch in 1..=EPOCHS {
        let (mut loss, mut batches) = (0.0, 0.0);
        for (images, digits) in TUNE.batches::<BATCH>() {
            loss += trainer.step(&images.each_ref().map(shifted), &digits);
            batches += 1.0;
        }
        line!(out, "epoch ", epoch, ": loss ", fixed(&(loss / batches), 4));
    }
    line!(out, "after:         ", Right::count(|image| trainer.network().predict(image)));
    line!(out, "weights: ", Hex(hash(trainer.network())));
}
