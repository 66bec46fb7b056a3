//! How well the test images are read, and fine-tuning on shifted ones: of every layer, or of the last one alone.

use super::{Digits, Image, LastLayer, TEST, TUNE, digit, image, shifted};
use crate::line;
use crate::print::{Hex, Output, Show, fixed};
use crate::weights::hash;
use dnn::Frozen;
use dnn::prelude::*;

/// Images in a batch.
const BATCH: usize = 8;
/// Passes over the images to tune on.
const EPOCHS: usize = 5;

/// All RAM that tuning every layer takes.
pub type AllRam = Memory<Digits, Adam, BATCH>;
/// All RAM that tuning the last layer takes: the first one has no copy, no gradient and no moments.
pub type LastRam = Memory<LastLayer, Adam, BATCH>;
budget!(LastRam, ram = 8 KiB);

/// Reads the test images with the weights in flash. That takes no RAM beside the stack.
pub fn read(out: &mut dyn Output) {
    for (number, (image, digit)) in TEST.iter().take(5).enumerate() {
        let logits = Digits::WEIGHTS.predict(&image);
        line!(out, "test image ", number, " shows a ", digit.index(), ", read as a ", largest(&logits));
    }
    line!(out, Right::count(|image| Digits::WEIGHTS.predict(image)));
}

/// Tunes every layer on shifted images.
pub fn tune_all(memory: &mut AllRam, out: &mut dyn Output) {
    memory.load(Digits::WEIGHTS);
    tune(memory, Digits::predict, out);
}

/// Tunes the last layer on shifted images; the first one stays in flash.
pub fn tune_last(memory: &mut LastRam, out: &mut dyn Output) {
    let network = memory.network_mut();
    network.fc1 = Frozen::new(&Digits::WEIGHTS.fc1);
    network.fc2.copy_from(&Digits::WEIGHTS.fc2);
    tune(memory, LastLayer::predict, out);
}

/// Tunes a network that reads digits; what it forgets of the images as they were is printed as well.
fn tune<N>(memory: &mut Memory<N, Adam, BATCH>, predict: impl Fn(&N, &Image) -> [f32; 10], out: &mut dyn Output)
where
    N: Network<Input = Image, Scalar = f32> + Layer<Image, Output = [f32; 10]>,
{
    line!(out, "before:  ", Right::count(|image| predict(memory.network(), image)));
    let mut images = [[[0.0; 8]; 8]; BATCH];
    let mut trainer = Trainer::within(memory, CrossEntropy, Adam::new(0.01));
    for epoch in 1..=EPOCHS {
        let (mut loss, mut batches) = (0.0, 0.0);
        for batch in TUNE.batches::<BATCH>() {
            // In place: `map` would hold these two kilobytes on the stack three times.
            for (shown, record) in images.iter_mut().zip(batch) {
                *shown = shifted(&image(record));
            }
            loss += trainer.step(&images, &batch.each_ref().map(digit));
            batches += 1.0;
        }
        line!(out, "epoch ", epoch, ": loss ", fixed(&(loss / batches), 4));
    }
    line!(out, "after:   ", Right::count(|image| predict(trainer.network(), image)));
    line!(out, "weights: ", Hex(hash(trainer.network())));
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
            right.original += usize::from(largest(&predict(&image)) == digit.index());
            right.shifted += usize::from(largest(&predict(&shifted(&image))) == digit.index());
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
fn largest(logits: &[f32; 10]) -> usize {
    let (mut digit, mut largest) = (0, f32::NEG_INFINITY);
    for (number, logit) in logits.iter().enumerate() {
        if *logit > largest {
            (digit, largest) = (number, *logit);
        }
    }
    digit
}
