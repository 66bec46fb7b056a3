//! The files that the fuzzer in `fuzz` has found worth keeping, once more: they are read as a reader by hand reads them, or
//! refused.

#![cfg(feature = "std")]

#[path = "../dnn-core/tests/counting/mod.rs"]
mod counting;
#[path = "readers/headers.rs"]
mod headers;
#[path = "readers/rows.rs"]
mod rows;
#[path = "readers/weights.rs"]
mod weights;

use dnn::{Generator, Rng};
use std::path::Path;

fn is_taken(file: &[u8]) -> bool {
    weights::is_taken::<weights::Net>(file, &weights::NET, 1)
}

/// How many files of a corpus are accepted, and how many there are.
fn replay(name: &str, is_accepted: impl Fn(&[u8]) -> bool) -> (usize, usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let (mut accepted, mut all) = (0, 0);
    for entry in folder.read_dir().unwrap() {
        accepted += usize::from(is_accepted(&std::fs::read(entry.unwrap().path()).unwrap()));
        all += 1;
    }
    (accepted, all)
}

#[test]
fn files_of_weights() {
    let (accepted, all) = replay("weights", is_taken);
    assert!(accepted > 2 && all > 2 * accepted, "{accepted} of {all}");
}

#[test]
fn scripts_of_edits() {
    let (accepted, all) = replay("headers", |script| is_taken(&headers::file(script)));
    assert!(accepted > 2 && all > 2 * accepted, "{accepted} of {all}");
}

#[test]
fn texts_of_rows() {
    let (accepted, all) = replay("rows", rows::is_read);
    assert!(accepted > 2 && all > 2 * accepted, "{accepted} of {all}");
}

#[test]
fn a_script_without_edits_makes_a_right_file_and_random_ones_mostly_wrong_ones() {
    for variant in 0..8 {
        assert!(is_taken(&headers::file(&[variant])), "{variant}");
    }
    let (mut rng, mut accepted) = (Rng::new(6), 0);
    for round in 0..5000 {
        let script: Vec<u8> = (0..1 + round % 40).map(|_| rng.next_u32() as u8).collect();
        accepted += usize::from(is_taken(&headers::file(&script)));
    }
    assert!(accepted > 100 && accepted < 1000, "{accepted}");
}
