//! Handwritten digits by convolutions: the images, the split and what is printed are those of the example `digits`.
//!
//! ```text
//! cargo run --release --example digits_conv                 # one run, seed 0
//! cargo run --release --example digits_conv -- --seeds 10   # ten runs, seeds 0 to 9
//! ```
//!
//! `examples/data/README.md` says how the recipe was chosen.

#[allow(dead_code, unreachable_pub, reason = "an example of its own, whose network is not used here")]
#[path = "digits.rs"]
mod digits;

use digits::{Images, Recipe, Run};
use dnn::prelude::*;
use std::ops::ControlFlow;
use std::process::ExitCode;

network! {
    /// 8 x 8 grey pixels from 0 to 1 to the logits of ten digits.
    #[derive(Clone, Debug)]
    struct Digits: [8, 8] -> [10] {
        Reshape<1, 8, 8>,
        conv1: Conv2d<1, 16, 3, padding = 1>,
        norm1: BatchNorm2d<16>,
        Relu,
        conv2: Conv2d<16, 32, 3, padding = 1>,
        norm2: BatchNorm2d<32>,
        Relu,
        MaxPool2d<2>,
        Flatten,
        Dropout(0.5),
        fc: Linear<512, 10>,
    }
}

/// Passes over the training images, each of which is there five times.
const EPOCHS: usize = 10;

fn main() -> ExitCode {
    Recipe {
        name: "digits_conv",
        summary: Digits::summary(),
        fit,
        others: &["two layers of 3 x 3 kernels in PyTorch   98.6 to 99.4 % on the same images"],
    }
    .main()
}

/// Trains from a seed, of which the start, the order of images and dropout depend: AdamW in batches of 32, whose learning
/// rate falls from 0.003 to 0 in equal steps.
fn fit(train: &Images, test: &Images, seed: u64, quiet: bool) -> Result<Run, FitError> {
    let rate = |epochs: usize| 3e-3 * (1.0 - epochs as f64 / EPOCHS as f64);
    let net = Digits::init(&mut Rng::new(seed));
    let mut trainer = Trainer::new(net, CrossEntropy, AdamW::new(rate(0))).seed(seed);
    let options = Fit::epochs(EPOCHS).batch_size(32).seed(seed);
    let options = if quiet { options.quiet() } else { options };
    let history = trainer.fit_with(&moved(train), test, options, |trainer, epoch| {
        *trainer.optimizer_mut() = AdamW::new(rate(epoch.number));
        ControlFlow::Continue(())
    })?;
    Ok((trainer.network().predict_batch(test.inputs()), history))
}

/// Each image where it is and one pixel to every side: a digit stays what it is.
fn moved(images: &Images) -> Images {
    let mut inputs = Vec::new();
    for image in images.inputs() {
        for [down, right] in [[1, 1], [0, 1], [2, 1], [1, 0], [1, 2]] {
            // A frame of zeros around the image, and what an 8 x 8 window of that shows.
            let mut framed = [[0.0; 10]; 10];
            for row in 0..8 {
                framed[row + down][right..right + 8].copy_from_slice(&image[row]);
            }
            inputs.push(std::array::from_fn(|row| std::array::from_fn(|column| framed[row + 1][column + 1])));
        }
    }
    let targets = images.targets().iter().flat_map(|target| [*target; 5]).collect();
    Dataset::new(inputs, targets).expect("as many targets as inputs")
}
