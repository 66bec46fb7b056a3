//! Trains the digits network on a laptop and writes what the firmware puts into flash: its weights, images to test and
//! images to tune on.
//!
//! `cargo run --release -p train`
//!
//! It takes the declaration from the firmware's source and not from its crate, which holds the weights: after a change of
//! the network they no longer fit, and this is what makes new ones.

#[allow(unreachable_pub)]
#[path = "../../src/digits/network.rs"]
mod network;

use dnn::prelude::*;
use network::{Digits, Image, Record};
use std::error::Error;
use std::fs;
use std::path::Path;

/// Images to train on; the others are to test.
const TRAIN: usize = 1437;
/// The first of them go to the device as well, to tune on.
const TUNE: usize = 360;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = Csv::open(here.join("../../data/digits.csv"))?
        .read(|row| Ok((row.tensor_with::<Image, f32>(|pixel| pixel / 16.0)?, row.class::<10>()?)))?;
    let (train, test) = data.shuffled(0).split(TRAIN);

    let mut trainer = Trainer::new(Digits::init(&mut Rng::new(0)), CrossEntropy, AdamW::new(0.005));
    let history = trainer.fit(&train, &test, Fit::epochs(20).batch_size(32))?;
    println!("{history}");

    let folder = here.join("../data");
    trainer.network().save(folder.join("digits.safetensors"))?;
    fs::write(folder.join("test.images"), records(test.iter()))?;
    fs::write(folder.join("tune.images"), records(train.iter().take(TUNE)))?;
    Ok(())
}

/// The images in the format of [`Record`].
fn records<'a>(images: impl Iterator<Item = (&'a Image, &'a Class<10>)>) -> Vec<u8> {
    images.flat_map(|(image, digit)| record(image, *digit)).collect()
}

fn record(image: &Image, digit: Class<10>) -> Record {
    let mut record = [0; 65];
    for (byte, pixel) in record.iter_mut().zip(image.as_flattened()) {
        *byte = (pixel * 16.0) as u8; // whole numbers from 0 to 16
    }
    record[64] = digit.index() as u8;
    record
}
