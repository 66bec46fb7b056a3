//! A variational autoencoder: handwritten digits become eight numbers each and pictures again, and random numbers become
//! pictures of digits that nobody wrote.
//!
//! `cargo run --release --example variational`
//!
//! (D. P. Kingma, M. Welling, "Auto-Encoding Variational Bayes", ICLR 2014.) The network has two inputs, a picture and noise,
//! and three outputs, a picture and the normal distribution of its code; the decoder is a network by itself.

use dnn::prelude::*;
use std::time::Instant;

/// Passes over the training images.
pub const EPOCHS: u32 = 60;
/// Images to train on; the others are to test.
pub const TRAIN: usize = 1437;

network! {
    /// Numbers of a code.
    const CODE: usize = 8;
    const HIDDEN: usize = 64;

    /// A code to the logits of 64 pixels.
    #[derive(Clone, Debug)]
    pub struct Decoder: [CODE] -> [64] {
        fc1: Linear<CODE, HIDDEN>,
        Relu,
        fc2: Linear<HIDDEN, 64>,
    }

    /// A picture and noise to the logits of a picture, and to means and deviations of the picture's code.
    #[derive(Clone, Debug)]
    pub struct Variational: ([8, 8], [CODE]) -> ([64], [CODE], [CODE]) {
        fc1: Linear<64, HIDDEN>,
        mean: Linear<HIDDEN, CODE>,
        deviation: Linear<HIDDEN, CODE>,
        decoder: Decoder,

        fn forward(x, noise) {
            let h = Relu(fc1(Flatten(x)));
            let mu = mean(h);
            let sigma = Softplus(deviation(h));
            (decoder(mu + sigma * noise), mu, sigma)
        }
    }
}

/// What the means add to the divergence of the code from the standard normal distribution: mu^2 / 2 each.
#[derive(Clone, Copy, Debug)]
pub struct Centre;

impl<const N: usize> Loss<[f32; N], ()> for Centre {
    fn sample(&self, mu: &[f32; N], (): &(), dmu: &mut [f32; N]) -> f32 {
        *dmu = *mu;
        mu.iter().map(|mu| 0.5 * mu * mu).sum()
    }

    /// As many as pixels, so that the sum of both counts as much as the picture does.
    fn weight(&self, (): &()) -> f32 {
        64.0
    }
}

/// What the deviations add: (sigma^2 - 1) / 2 - ln sigma each.
#[derive(Clone, Copy, Debug)]
pub struct Spread;

impl<const N: usize> Loss<[f32; N], ()> for Spread {
    fn sample(&self, sigma: &[f32; N], (): &(), dsigma: &mut [f32; N]) -> f32 {
        *dsigma = sigma.map(|sigma| sigma - 1.0 / sigma);
        sigma.iter().map(|sigma| 0.5 * (sigma * sigma - 1.0) - sigma.ln()).sum()
    }

    fn weight(&self, (): &()) -> f32 {
        64.0
    }
}

/// The evidence lower bound, with its sign turned and per pixel: the likelihood of the picture and the divergence of its code.
pub const LOSS: (BceWithLogits, Centre, Spread) = (BceWithLogits, Centre, Spread);

/// A picture of 64 grey values from 0 to 1.
pub type Picture = [[f32; 8]; 8];
/// What an output is compared with.
pub type Target = ([f32; 64], (), ());

/// The digits of the repository without their labels: those to train on, and those to test.
pub fn pictures() -> Result<(Vec<Picture>, Vec<Picture>), DataError> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/digits.csv");
    let data = Csv::open(file)?
        .read(|row| Ok((row.tensor_with::<Picture, f32>(|pixel| pixel / 16.0)?, row.class::<10>()?)))?;
    let (train, test) = data.shuffled(0).split(TRAIN);
    Ok((train.inputs().to_vec(), test.inputs().to_vec()))
}

/// What each picture is compared with: itself.
pub fn targets(pictures: &[Picture]) -> Vec<Target> {
    let flat = |picture: &Picture| std::array::from_fn(|i| picture[i / 8][i % 8]);
    pictures.iter().map(|picture| (flat(picture), (), ())).collect()
}

/// The loss a pixel of one picture for all: the mean of those to train on.
pub fn mean_picture(train: &[Picture], test: &[Picture]) -> f64 {
    let pixel = |i: usize| move |picture: &Picture| f64::from(picture[i / 8][i % 8]);
    let loss = |i: usize| {
        let mean = train.iter().map(pixel(i)).sum::<f64>() / train.len() as f64;
        let p = mean.clamp(1e-4, 1.0 - 1e-4);
        test.iter().map(pixel(i)).map(|t| -t * p.ln() - (1.0 - t) * (1.0 - p).ln()).sum::<f64>()
    };
    (0..64).map(loss).sum::<f64>() / (64 * test.len()) as f64
}

/// Codes from the standard normal distribution.
pub fn noise(count: usize, rng: &mut Rng) -> Vec<[f32; CODE]> {
    (0..count).map(|_| std::array::from_fn(|_| f32::normal(rng))).collect()
}

/// Trains a network with new noise in every step; after every pass over the pictures, `each` gets its number, the loss of
/// training, and that of the other pictures.
pub fn train(
    seed: u64,
    epochs: u32,
    train: &[Picture],
    test: &[Picture],
    mut each: impl FnMut(u32, f32, f64),
) -> Box<Variational> {
    let mut rng = Rng::new(seed);
    let mut trainer = Trainer::new(Variational::boxed(&mut rng), LOSS, Adam::new(0.003));
    let mut order: Vec<usize> = (0..train.len()).collect();
    for epoch in 1..=epochs {
        rng.shuffle(&mut order);
        let (mut sum, mut batches) = (0.0, 0.0);
        for part in order.chunks(32) {
            let x: Vec<Picture> = part.iter().map(|sample| train[*sample]).collect();
            sum += trainer.step((&x, &noise(x.len(), &mut rng)), &targets(&x));
            batches += 1.0;
        }
        let noise = noise(test.len(), &mut Rng::new(7));
        each(epoch, sum / batches, trainer.evaluate((test, &noise), &targets(test)).loss);
    }
    Box::new(trainer.network().clone())
}

/// Pictures of logits side by side.
pub fn draw(logits: &[[f32; 64]]) -> String {
    let shade = |logit: f32| match 1.0 / (1.0 + (-logit).exp()) {
        share if share > 0.75 => "##",
        share if share > 0.5 => "++",
        share if share > 0.25 => "..",
        _ => "  ",
    };
    let line = |row: usize| {
        let of = |picture: &[f32; 64]| (0..8).map(|column| shade(picture[8 * row + column])).collect::<String>();
        logits.iter().map(of).collect::<Vec<_>>().join(" | ")
    };
    (0..8).map(line).collect::<Vec<_>>().join("\n")
}

fn main() -> Result<(), DataError> {
    let (start, (train_on, test)) = (Instant::now(), pictures()?);
    println!("{}", Variational::summary());
    println!();
    println!("one picture for all has a loss of {:.4} a pixel", mean_picture(&train_on, &test));
    println!();
    println!("epoch   training       test   seconds");
    let network = train(1, EPOCHS, &train_on, &test, |epoch, loss, other| {
        if epoch % 10 == 0 || epoch == 1 {
            println!("{epoch:5} {loss:10.4} {other:10.4} {:9.1}", start.elapsed().as_secs_f32());
        }
    });
    let seen: Vec<_> = test[..6].iter().map(|x| network.predict(x, &[0.0; CODE]).0).collect();
    println!();
    println!("test pictures again\n\n{}", draw(&seen));
    let drawn: Vec<_> = noise(6, &mut Rng::new(3)).iter().map(|code| network.decoder.predict(code)).collect();
    println!();
    println!("pictures of random codes\n\n{}", draw(&drawn));
    Ok(())
}
