//! The digits examples, as their users meet them: they learn from ten seeds of ten, and say what is wrong with a file.

#![cfg(feature = "std")]

#[allow(dead_code, unreachable_pub)]
#[path = "../examples/digits.rs"]
mod digits;

use std::path::PathBuf;
use std::process::Command;

/// The test images of 360 that each of ten seeds reads: in a release build of its own, whatever this one is, since
/// unoptimised ten runs take ten minutes.
fn ten_seeds(example: &str) -> Vec<usize> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--example", example, "--", "--seeds", "10"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    // `   3   97.78 % (352 of 360)     0.83`
    let run = |line: &str| {
        let seed: u64 = line.split_whitespace().next()?.parse().ok()?;
        let right: usize = line.split_once('(')?.1.split_once(" of 360)")?.0.parse().ok()?;
        Some((seed, right))
    };
    let (seeds, right): (Vec<u64>, Vec<usize>) = text.lines().filter_map(run).unzip();
    assert!(seeds.into_iter().eq(0..10), "{text}");
    right
}

#[test]
fn ten_seeds_of_ten_read_97_percent_of_the_test_images() {
    let right = ten_seeds("digits");
    assert!(right.iter().all(|right| *right as f64 >= 0.97 * 360.0), "{right:?}");
}

#[test]
fn the_median_of_ten_seeds_reads_98_9_percent_by_convolutions() {
    let mut right = ten_seeds("digits_conv");
    right.sort_unstable();
    assert!((right[4] + right[5]) as f64 / 2.0 >= 0.989 * 360.0, "{right:?}");
}

#[test]
fn the_file_of_the_repository_has_every_digit() {
    let images = digits::read(digits::FILE.as_ref()).unwrap();
    assert_eq!(images.len(), 1797);
    for digit in 0..10 {
        let count = images.targets().iter().filter(|class| class.index() == digit).count();
        assert!((174..=183).contains(&count), "{count} of {digit}");
    }
    assert!(images.inputs().as_flattened().as_flattened().iter().all(|pixel| (0.0..=1.0).contains(pixel)));
}

/// What the example says about a file of two lines, the second of which `change` has spoilt.
fn message(name: &str, change: impl Fn(&str) -> String) -> String {
    let text = std::fs::read_to_string(digits::FILE).unwrap();
    let lines: Vec<&str> = text.lines().take(2).collect();
    let file: PathBuf = std::env::temp_dir().join(format!("digits-{}-{name}.csv", std::process::id()));
    std::fs::write(&file, format!("{}\n{}\n", lines[0], change(lines[1]))).unwrap();
    let error = digits::read(&file).unwrap_err().to_string();
    std::fs::remove_file(&file).unwrap();
    error.replace(&file.display().to_string(), "FILE")
}

#[test]
fn mistakes_in_a_file_are_named_with_line_and_value() {
    let label = message("label", |line| format!("{}10", line.trim_end_matches(|c: char| c.is_ascii_digit())));
    assert_eq!(label, "`FILE`, line 2, column 65: `10` is not a class: the 10 classes are integers from 0 to 9");
    let pixel = message("pixel", |line| line.replacen('0', "17", 1));
    assert_eq!(pixel, "`FILE`, line 2: `17` is not a pixel: these are integers from 0 to 16");
    let word = message("word", |line| line.replacen('0', "ink", 1));
    assert_eq!(word, "`FILE`, line 2, column 1: `ink` is not an integer of type u8");
    let short = message("short", |line| line.rsplit_once(',').unwrap().0.to_owned());
    assert_eq!(short, "`FILE`, line 2: 64 columns, but the first line has 65");
    let missing = digits::read("no/such.csv".as_ref()).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read `no/such.csv`: "), "{missing}");
}
