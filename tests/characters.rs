//! The example of characters, as its user meets it: it learns a text, and goes on with what it begins.

#![cfg(feature = "std")]

#[allow(dead_code, unreachable_pub)]
#[path = "../examples/characters.rs"]
mod characters;

use dnn::prelude::*;
use std::process::Command;

/// The loss of the last pass was 0.23 where this was written; that of a network that knows how often each letter stands in
/// the text is 3.0.
const ENOUGH: f32 = 0.4;

/// In a release build of its own, whatever this one is: unoptimised it takes minutes.
#[test]
fn the_text_is_learned_and_written() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--example", "characters"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    let loss = |line: &str| line.strip_prefix("epoch ")?.split_once("loss ")?.1.parse::<f32>().ok();
    let losses: Vec<f32> = text.lines().filter_map(loss).collect();
    assert_eq!(losses.len(), 30, "{text}");
    assert!(losses[0] > 2.5 && losses[29] < ENOUGH, "{losses:?}");
    let written = text.split_once("Shall I ").unwrap().1;
    let words = characters::TEXT.split_whitespace().collect::<Vec<_>>();
    let known = written.split_whitespace().filter(|word| words.contains(word)).count();
    assert!(known * 4 > written.split_whitespace().count() * 3, "{written}");
}

#[test]
fn characters_are_tokens_and_back() {
    assert!(characters::TEXT.bytes().all(|c| u32::from(characters::character(characters::token(c))) == u32::from(c)));
    assert!((0..=255).all(|c| characters::token(c) < 96));
    let (inputs, targets) = characters::windows("0123456789012345678901234567890123456789012345");
    assert_eq!((inputs.len(), inputs[1][0], targets[1][0]), (2, b'8' - b' ', b'9' - b' '));
}

#[test]
fn the_loss_falls_from_the_first_step() {
    let (x, targets) = characters::windows(&characters::TEXT[..64]);
    let network = characters::Characters::boxed(&mut Rng::new(1));
    let mut trainer = Trainer::new(network, EachStep(CrossEntropy), Adam::new(0.01));
    let first = trainer.step(&x, &targets);
    assert!((first - 96f32.ln()).abs() < 0.3, "{first}: all characters alike");
    for _ in 0..5 {
        trainer.step(&x, &targets);
    }
    assert!(trainer.step(&x, &targets) < 0.8 * first);
}
