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

/// Where the firmware looks for them.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");

/// A name and the bytes.
type File = (&'static str, Vec<u8>);

fn main() -> Result<(), Box<dyn Error>> {
    for (name, bytes) in files()? {
        fs::write(Path::new(FOLDER).join(name), bytes)?;
    }
    Ok(())
}

/// Reads the digits, trains from the seed 0, and gives the files.
fn files() -> Result<[File; 3], Box<dyn Error>> {
    let data = Csv::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/digits.csv"))?
        .read(|row| Ok((row.tensor_with::<Image, f32>(|pixel| pixel / 16.0)?, row.class::<10>()?)))?;
    let (train, test) = data.shuffled(0).split(TRAIN);

    let mut trainer = Trainer::new(Digits::init(&mut Rng::new(0)), CrossEntropy, AdamW::new(0.005));
    let history = trainer.fit(&train, &test, Fit::epochs(20).batch_size(32).quiet())?;
    println!("{history}");
    Ok([
        ("digits.safetensors", trainer.network().to_safetensors()),
        ("test.images", records(test.iter())),
        ("tune.images", records(train.iter().take(TUNE))),
    ])
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The weights too, to the last bit, on every machine.
    #[test]
    fn the_files_of_the_repository_are_what_this_program_makes() {
        for (name, bytes) in files().expect("the digits of the repository") {
            assert!(fs::read(Path::new(FOLDER).join(name)).expect("a file of the repository") == bytes, "{name}");
        }
    }
}
