//! Networks that are wrong do not compile, and the message says why; callers that are right compile without a warning.
//!
//! One file a mistake, one folder a topic. `TRYBUILD=overwrite cargo test --test compile_fail` writes the texts anew; read
//! them with a user's eyes before they are committed.

use std::path::{Path, PathBuf};

const TOPICS: [&str; 15] = [
    "shapes",
    "arguments",
    "names",
    "syntax",
    "use",
    "own",
    "frozen",
    "budget",
    "weights",
    "sequences",
    "planes",
    "normalization",
    "activations",
    "wiring",
    "differentiable",
];

#[test]
fn wrong_networks_do_not_compile_and_say_why() {
    let cases = trybuild::TestCases::new();
    for topic in TOPICS {
        cases.compile_fail(format!("tests/ui/{topic}/*.rs"));
    }
}

#[test]
fn callers_that_are_right_compile_without_a_warning_and_run() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}

/// The texts that users read.
fn texts() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let files = TOPICS.iter().flat_map(|topic| std::fs::read_dir(folder.join(topic)).unwrap());
    let texts = files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "stderr"));
    texts.map(|path| (path.clone(), std::fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn no_message_shows_typenum_lists_types_that_do_fit_or_is_a_panic() {
    let texts = texts();
    assert!(texts.len() >= 60, "{} cases", texts.len());
    for (path, text) in texts {
        for word in ["UInt<", "typenum", "following other types implement", "proc macro panicked"] {
            assert!(!text.contains(word), "{} contains {word}", path.display());
        }
    }
}

/// Our own messages begin in lower case or with a name, and end without a full stop.
#[test]
fn messages_are_lower_case_without_a_full_stop() {
    for (path, text) in texts() {
        for message in text.lines().filter_map(|line| line.strip_prefix("error: ")) {
            let begins = message.starts_with(|first: char| first.is_lowercase() || first == '`' || first.is_numeric());
            assert!(begins && !message.ends_with('.'), "{}: {message}", path.display());
        }
    }
}
