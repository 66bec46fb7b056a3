//! The promise of the feature `deterministic` on this machine: `cargo test --features deterministic --test deterministic`.
//! `.ci/determinism` compares machines.

#![cfg(all(feature = "deterministic", feature = "alloc"))]

use dnn::prelude::*;
use runs::{ADAM, Digits, Mixed, NESTEROV};

#[allow(unreachable_pub, reason = "a part of several programs")]
#[path = "determinism/src/layers.rs"]
mod layers;
#[allow(unreachable_pub, reason = "a part of several programs")]
#[path = "../examples/firmware/src/print.rs"]
mod print;
#[allow(unreachable_pub, reason = "a part of several programs")]
#[path = "determinism/src/runs.rs"]
mod runs;
#[allow(unreachable_pub, reason = "a part of several programs")]
#[path = "../examples/firmware/src/weights.rs"]
mod weights;
#[allow(unreachable_pub, reason = "a part of several programs")]
#[path = "../examples/firmware/src/xor.rs"]
mod xor;

#[test]
fn short_runs_have_the_hashes_of_the_record() {
    let record = include_str!("determinism/short.txt");
    let mut printed = String::new();
    let mut memory = xor::Ram::new();
    xor::run(&mut memory, &mut printed);
    let hashes = [
        ("xor", weights::hash(memory.network())),
        ("mazur", runs::mazur(&mut Memory::new(), 500)),
        ("digits", runs::digits::<8>(&mut Memory::new(), 5)),
        ("mixed", runs::mixed::<f32, 8>(&mut Memory::new(), 2)),
        ("mixed of f64", runs::mixed::<f64, 3>(&mut Memory::new(), 1)),
        ("planes", layers::planes::<3>(1)),
        ("lines", layers::lines::<3>(1)),
        ("sequences", layers::sequences::<3>(1)),
        ("activations", layers::activations::<3>(1)),
        ("tokens", layers::tokens::<3>(1)),
        ("wired", layers::wired::<3>(1)),
        ("statistics", layers::statistics(1)),
        ("functions", runs::functions::<f32>(50)),
        ("functions of f64", runs::functions::<f64>(50)),
    ];
    let lines: Vec<String> = hashes.iter().map(|(name, hash)| format!("{name} {hash:016x}")).collect();
    assert_eq!(lines, record.lines().collect::<Vec<_>>());
    assert_eq!(printed, include_str!("../examples/firmware/expected/xor.txt"), "what the boards print");
}

#[test]
fn every_layer_is_in_a_run() {
    let runs = concat!(include_str!("determinism/src/runs.rs"), include_str!("determinism/src/layers.rs"));
    let words: Vec<&str> = runs.split(|c: char| !c.is_alphanumeric()).collect();
    let list = include_str!("../dnn-macros/src/layers/mod.rs");
    let names: Vec<&str> =
        list.lines().filter_map(|line| line.strip_suffix("\",")?.split_once(": \"").map(|at| at.1)).collect();
    assert!(names.len() > 60, "{names:?}");
    for name in names {
        // These are written as operators, or with a small letter.
        let other = ["Add", "Subtract", "Multiply", "Affine", "Detach"].contains(&name);
        assert!(other || words.contains(&name), "no run of `tests/determinism` has `{name}`");
    }
}

#[test]
fn digits_in_a_workspace_of_any_capacity_have_the_same_bits() {
    let new = || Trainer::new(Digits::init(&mut Rng::new(1)), CrossEntropy, ADAM);
    let whole = runs::train_digits(new(), 5);
    for capacity in [1, 2, 3, 4, 8] {
        assert_eq!(runs::train_digits(new().capacity(capacity), 5), whole, "capacity {capacity}");
    }
    let memories = [
        runs::digits::<1>(&mut Memory::new(), 5),
        runs::digits::<2>(&mut Memory::new(), 5),
        runs::digits::<3>(&mut Memory::new(), 5),
        runs::digits::<4>(&mut Memory::new(), 5),
        runs::digits::<8>(&mut Memory::new(), 5),
    ];
    assert_eq!(memories, [whole; 5]);
}

/// With dropout, whose mask is that of the whole batch.
#[test]
fn every_activation_in_a_workspace_of_any_capacity_has_the_same_bits() {
    fn check<T: Scalar>() {
        let new = || Trainer::new(Mixed::<T>::init(&mut Rng::new(2)), Nll, NESTEROV);
        let whole = runs::train_mixed(new(), 5);
        for capacity in [1, 2, 3, 4, 8] {
            assert_eq!(runs::train_mixed(new().capacity(capacity), 5), whole, "capacity {capacity}");
        }
        assert_eq!(runs::mixed::<T, 3>(&mut Memory::new(), 5), whole);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn every_layer_in_a_workspace_of_any_capacity_has_the_same_bits() {
    macro_rules! check {
        ($($run:ident)*) => {$(
            let whole = layers::$run::<8>(5);
            let parts = [layers::$run::<1>(5), layers::$run::<2>(5), layers::$run::<3>(5), layers::$run::<4>(5)];
            assert_eq!(parts, [whole; 4], "{}", stringify!($run));
        )*};
    }
    check!(planes lines sequences activations tokens wired);
}

#[test]
fn accumulated_gradients_and_losses_of_parts_have_the_same_bits() {
    let images: [[[f32; 8]; 8]; 6] = std::array::from_fn(|n| [[0.1 * n as f32; 8]; 8]);
    let labels: [u8; 6] = [3, 1, 4, 1, 5, 9];
    let results = |capacity| {
        let mut trainer = Trainer::new(Digits::init(&mut Rng::new(1)), Sum(CrossEntropy), ADAM).capacity(capacity);
        trainer.backward(&images[..4], &labels[..4]);
        trainer.backward(&images[4..], &labels[4..]);
        let gradient: Vec<u32> = trainer.gradient().flat().iter().map(|g| g.to_bits()).collect();
        (gradient, trainer.evaluate(&images, &labels).loss.to_bits())
    };
    for capacity in [1, 2, 3] {
        assert_eq!(results(capacity), results(6), "capacity {capacity}");
    }
}
