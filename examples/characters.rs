//! A text, character by character: a recurrent network learns four sonnets and goes on with what they begin.
//!
//! `cargo run --release --example characters`
//!
//! In training it sees 32 characters and predicts, at each of them, the next one. Then it writes: `Gru::step` takes one
//! character at a time, and the state between two of them is a value.

use dnn::prelude::*;
use std::time::Instant;

/// Shakespeare's sonnets 18, 29, 73 and 116 (1609); `examples/data/README.md` says where they come from.
pub const TEXT: &str = include_str!("data/sonnets.txt");
/// Characters of one sample.
pub const STEPS: usize = 32;
/// Passes over the text.
pub const EPOCHS: u32 = 30;

network! {
    /// A new line and the 95 characters that ASCII prints.
    const TOKENS: usize = 96;

    /// Characters to the logits of the one that follows each of them.
    #[derive(Clone, Debug)]
    pub struct Characters: [u8; 32] -> [32, TOKENS] {
        embedding: Embedding<TOKENS, 24>,
        gru: Gru<24, 128>,
        fc: Linear<128, TOKENS>,
    }
}

/// The token of a character; what is not ASCII counts as a space.
pub fn token(character: u8) -> u8 {
    if character.is_ascii_graphic() { character - b' ' } else { u8::from(character == b'\n') * 95 }
}

/// The character of a token.
pub fn character(token: u8) -> char {
    if token == 95 { '\n' } else { char::from(b' ' + token) }
}

/// Samples and what follows each of their characters: windows of the text, a quarter of a window apart.
pub fn windows(text: &str) -> (Vec<[u8; STEPS]>, Vec<[u8; STEPS]>) {
    let tokens: Vec<u8> = text.bytes().map(token).collect();
    let window = |part: &[u8]| (std::array::from_fn(|i| part[i]), std::array::from_fn(|i| part[i + 1]));
    tokens.windows(STEPS + 1).step_by(STEPS / 4).map(window).unzip()
}

/// Trains a network; after every pass over the text, `each` gets its number and its mean loss a character.
pub fn train(seed: u64, epochs: u32, mut each: impl FnMut(u32, f32)) -> Box<Characters> {
    let (inputs, targets) = windows(TEXT);
    let mut rng = Rng::new(seed);
    let network = Characters::boxed(&mut rng);
    let mut trainer = Trainer::new(network, EachStep(CrossEntropy), Adam::new(0.004)).clip_norm(1.0);
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    for epoch in 1..=epochs {
        rng.shuffle(&mut order);
        let (mut sum, mut batches) = (0.0, 0.0);
        for part in order.chunks(16) {
            let x: Vec<_> = part.iter().map(|sample| inputs[*sample]).collect();
            let t: Vec<_> = part.iter().map(|sample| targets[*sample]).collect();
            sum += trainer.step(&x, &t);
            batches += 1.0;
        }
        each(epoch, sum / batches);
    }
    Box::new(trainer.network().clone())
}

/// The loss a character that a table of pairs can reach at best: each character predicted by how often it stands behind the
/// one before it in this very text.
pub fn bigram(text: &str) -> f32 {
    let tokens: Vec<usize> = text.bytes().map(|c| usize::from(token(c))).collect();
    let mut pairs = [[0f32; 96]; 96];
    for pair in tokens.windows(2) {
        pairs[pair[0]][pair[1]] += 1.0;
    }
    let loss = |row: &[f32; 96]| {
        let all: f32 = row.iter().sum();
        row.iter().filter(|count| **count > 0.0).map(|count| count * (all / count).ln()).sum::<f32>()
    };
    pairs.iter().map(loss).sum::<f32>() / (tokens.len() - 1) as f32
}

/// What the network writes behind `start`: each character is drawn by its probability, sharpened by `temperature`.
pub fn write(network: &Characters, start: &str, count: usize, temperature: f32, rng: &mut Rng) -> String {
    let (mut state, mut logits) = (GruState::default(), [[0.0; 96]]);
    let mut read = |token: u8| {
        let h = network.gru.step(&network.embedding.weight[usize::from(token)], &mut state);
        network.fc.infer(&[h], &mut logits, &mut []);
        draw(&logits[0], temperature, rng)
    };
    let mut next = 0;
    for token in start.bytes().map(token) {
        next = read(token);
    }
    let mut text = start.to_owned();
    for _ in 0..count {
        text.push(character(next));
        next = read(next);
    }
    text
}

/// A token by its probability, which is proportional to e^(logit / temperature).
fn draw(logits: &[f32; 96], temperature: f32, rng: &mut Rng) -> u8 {
    let largest =
        logits.iter().fold(f32::NEG_INFINITY, |largest, logit| if *logit > largest { *logit } else { largest });
    let shares = logits.map(|logit| ((logit - largest) / temperature).exp());
    let mut rest = rng.unit_f32() * shares.iter().sum::<f32>();
    for (token, share) in (0..).zip(shares) {
        rest -= share;
        if rest < 0.0 {
            return token;
        }
    }
    0
}

fn main() {
    println!("{}", Characters::summary());
    let start = Instant::now();
    println!("{} characters; a table of pairs of them reaches a loss of {:.3}", TEXT.len(), bigram(TEXT));
    println!();
    println!("epoch    loss   seconds");
    let network =
        train(1, EPOCHS, |epoch, loss| println!("{epoch:5} {loss:7.3} {:9.1}", start.elapsed().as_secs_f32()));
    println!();
    println!("{}", write(&network, "Shall I ", 400, 0.5, &mut Rng::new(1)));
}
