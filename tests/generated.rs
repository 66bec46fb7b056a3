//! Random networks compile in a caller that denies warnings, and their gradients are right.
//!
//! The chains come from the generator that also tests the macro; here rustc compiles them, and every backward pass is
//! compared with central differences.

#[path = "../dnn-macros/src/tests/chains.rs"]
#[allow(dead_code, reason = "the tests of the macro break the chains, too")]
mod chains;

use chains::{Chain, Random};
use std::fmt::Write;
use std::path::Path;

/// As many as a push has time for; the environment's `DNN_NETWORKS` asks for more.
const NETWORKS: u64 = 50;

#[test]
fn random_networks_compile_and_their_gradients_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut text = format!(
        "//! Random networks.\n#![deny(warnings, missing_docs)]\n#![forbid(unsafe_code)]\n\
         use dnn::prelude::*;\n#[path = {:?}]\nmod gradients;\n",
        folder.join("check/gradients.rs")
    );
    let mut main = String::new();
    let networks = std::env::var("DNN_NETWORKS").map_or(NETWORKS, |count| count.parse().expect("a number of networks"));
    for seed in 0..networks {
        let chain = Chain::random(&mut Random::new(500 + seed));
        let mut declare = |name: &str, scalar: &str| {
            write!(text, "network! {{\n{}}}\n", chain.declaration(name, scalar)).unwrap();
        };
        let name = format!("N{seed}");
        declare(&name, chain.scalar());
        match chain.scalar() {
            "<f64>" => writeln!(main, "    gradients::check::<_, {name}>();"),
            "<T>" => writeln!(
                main,
                "    gradients::check::<_, {name}<f64>>();\n    gradients::compare::<_, _, {name}<f32>, {name}<f64>>();"
            ),
            _ => {
                // A network in single precision is compared with its twin in double precision.
                declare(&format!("{name}Double"), "<f64>");
                writeln!(
                    main,
                    "    gradients::check::<_, {name}Double>();\n    gradients::compare::<_, _, {name}, {name}Double>();"
                )
            }
        }
        .unwrap();
    }
    write!(text, "fn main() {{\n{main}}}\n").unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_networks.rs");
    std::fs::write(&file, text).unwrap();
    trybuild::TestCases::new().pass(file);
}
