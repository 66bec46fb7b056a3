//! The example of characters, as its user meets it: it learns a text, and goes on with what it begins.

#![cfg(feature = "std")]

#[allow(dead_code, unreachable_pub)]
#[path = "../examples/characters.rs"]
mod characters;

use dnn::prelude::*;
use std::process::Command;

/// The loss of the last pass was 0.23 where this was written. No table of pairs of characters comes below 2.1.
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
    // `   30   0.232       4.1`
    let row = |line: &str| {
        let mut columns = line.split_whitespace();
        Some((columns.next()?.parse().ok()?, columns.next()?.parse().ok()?))
    };
    let rows: Vec<(u32, f32)> = text.lines().filter_map(row).collect();
    assert!(rows.iter().map(|(epoch, _)| *epoch).eq(1..=characters::EPOCHS), "{text}");
    assert!(rows[0].1 > 2.5 && rows[29].1 < ENOUGH, "{text}");
    let written = text.split_once("Shall I ").unwrap().1;
    let words = characters::TEXT.split_whitespace().collect::<Vec<_>>();
    let known = written.split_whitespace().filter(|word| words.contains(word)).count();
    assert!(known * 4 > written.split_whitespace().count() * 3, "{written}");
}

#[test]
fn pairs_of_characters_say_less_than_what_is_asked_of_the_network() {
    assert!(characters::bigram(characters::TEXT) > 4.0 * ENOUGH, "{}", characters::bigram(characters::TEXT));
    // Behind `a` stands `b` or `c`, one time in two; behind these nothing is left to guess.
    let half = characters::bigram("abacabaca");
    assert!((half - 0.5 * 2f32.ln()).abs() < 1e-6, "{half}");
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

/// A target is checked at every step, by whoever trains.
#[test]
#[should_panic(expected = "sample 1 has the label 96, but the network gives 96 classes")]
fn a_character_that_is_none_is_no_target() {
    let (x, mut targets) = characters::windows(&characters::TEXT[..64]);
    targets[1][31] = 96;
    let network = characters::Characters::boxed(&mut Rng::new(1));
    Trainer::new(network, EachStep(CrossEntropy), Adam::new(0.01)).step(&x, &targets);
}
