//! What the digits network of the firmware costs on a Cortex-M.

#![no_std]

use dnn::prelude::*;
use firmware::digits::{self, Digits, Image, TUNE};

/// Samples in a batch.
pub const BATCH: usize = 8;

/// A memory to train in with the optimiser `O`.
pub type Ram<O> = Memory<Digits, O, BATCH>;

/// The first images to tune on, with their digits.
pub fn batch() -> ([Image; BATCH], [Class<10>; BATCH]) {
    const ZERO: Class<10> = Class::new(0).unwrap();
    let (mut x, mut digits) = ([[[0.0; 8]; 8]; BATCH], [ZERO; BATCH]);
    for ((x, digit), record) in x.iter_mut().zip(&mut digits).zip(TUNE.batches::<1>().as_flattened()) {
        (*x, *digit) = (digits::image(record), digits::digit(record));
    }
    (x, digits)
}
