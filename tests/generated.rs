//! Random networks compile in a caller that denies warnings, and their gradients are right.
//!
//! The chains come from the generator that also tests the macro; here rustc compiles them, and every backward pass is
//! compared with central differences.

#[path = "../dnn-macros/src/tests/chains.rs"]
#[allow(dead_code, reason = "the tests of the macro break the chains, too")]
mod chains;
#[path = "../dnn-macros/src/tests/formulas.rs"]
#[allow(dead_code, reason = "the tests of the macro use more of it")]
mod formulas;
#[path = "../dnn-macros/src/tests/graphs.rs"]
#[allow(dead_code, reason = "the tests of the macro use more of it")]
mod graphs;
#[path = "../dnn-macros/src/tests/plain.rs"]
mod plain;

use chains::{Chain, Random};
use formulas::{Formula, literal};
use graphs::Graph;
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

/// Wired networks compute what plain loops compute, and their gradients are those of what they compute.
#[test]
fn random_wired_networks_compute_what_they_say_and_their_gradients_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut text = format!(
        "//! Random networks.\n#![deny(warnings, missing_docs)]\n#![forbid(unsafe_code)]\n\
         use dnn::prelude::*;\n#[path = {:?}]\nmod gradients;\n",
        folder.join("check/gradients.rs")
    );
    let mut main = String::new();
    let networks = std::env::var("DNN_NETWORKS").map_or(NETWORKS, |count| count.parse().expect("a number of networks"));
    let graphs = (0..).map(|seed| Graph::random(false, &mut Random::new(9000 + seed))).filter(Graph::is_whole);
    for (number, graph) in graphs.take(networks as usize).enumerate() {
        let generic = number % 3 == 0;
        write!(
            text,
            "network! {{\n{}}}\n",
            graph.declaration(&format!("G{number}"), if generic { "<T>" } else { "<f64>" })
        )
        .unwrap();
        let name = format!("G{number}{}", if generic { "<f64>" } else { "" });
        let mut random = Random::new(number as u64);
        let mut draw =
            |count: usize| -> Vec<f64> { (0..count).map(|_| random.below(2001) as f64 / 1000.0 - 1.0).collect() };
        let parameters = draw(graph.parameters());
        let samples: Vec<Vec<Vec<f64>>> =
            (0..2).map(|_| graph.inputs().iter().map(|dims| draw(dims.iter().product())).collect()).collect();
        let expected: Vec<f64> = samples.iter().flat_map(|x| graph.output(&parameters, x)).collect();
        // One batch after the other, as a tuple of slices has them.
        let x: Vec<f64> =
            (0..graph.inputs().len()).flat_map(|input| samples.iter().flat_map(move |x| x[input].clone())).collect();
        writeln!(main, "    gradients::computes::<_, {name}>(&{parameters:?}, &{x:?}, &{expected:?});").unwrap();
        writeln!(main, "    gradients::check::<_, {name}>();").unwrap();
        if generic {
            writeln!(main, "    gradients::compare::<_, _, G{number}<f32>, G{number}<f64>>();").unwrap();
        }
    }
    write!(text, "fn main() {{\n{main}}}\n").unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_wired_networks.rs");
    std::fs::write(&file, text).unwrap();
    trybuild::TestCases::new().pass(file);
}

/// Differentiable functions compute what plain loops compute, and their gradients are central differences.
#[test]
fn random_functions_compute_what_they_say_and_their_gradients_are_right() {
    let mut text =
        "//! Random functions.\n#![deny(warnings, missing_docs)]\n#![forbid(unsafe_code)]\nuse dnn::prelude::*;\n\n\
        fn close(name: &str, found: &[f64], expected: &[f64]) {\n\
            let square = |x: f64| x * x;\n\
            let error: f64 = found.iter().zip(expected).map(|(a, b)| square(a - b)).sum();\n\
            let norm: f64 = expected.iter().map(|b| square(*b)).sum();\n\
            assert_eq!(found.len(), expected.len());\n\
            assert!(error.sqrt() <= 1e-7 * norm.sqrt().max(1e-3), \"{name}: {found:?}, not {expected:?}\");\n\
        }\n\n"
            .to_owned();
    let mut main = String::new();
    let functions =
        std::env::var("DNN_NETWORKS").map_or(NETWORKS, |count| count.parse().expect("a number of functions"));
    let (mut written, mut seed) = (0, 100_000);
    while written < 2 * functions {
        seed += 1;
        let mut random = Random::new(seed);
        let formula = Formula::random(&mut random);
        let arguments = formula.draw(&mut random);
        let Some(differences) = formula.differences(&arguments) else { continue };
        let expected = formula.values(&arguments, None).unwrap().last().unwrap().numbers[0];
        let (name, scalar) = (format!("function{written}"), if written % 3 == 0 { "T" } else { "f64" });
        // Every third one is over shapes that rustc alone knows.
        let source = if written % 3 == 1 { formula.opaque(&name) } else { formula.text(&name, scalar) };
        text += &formula.declarations(&name, scalar);
        writeln!(text, "/// Random.\n#[differentiable]\npub {source}").unwrap();
        let dims = formula.arguments();
        let literals: Vec<String> =
            dims.iter().zip(&arguments).map(|(dims, numbers)| format!("&{}", literal(dims, numbers))).collect();
        let names: Vec<String> = (0..dims.len()).map(|at| format!("d{at}")).collect();
        let (names, literals) = (names.join(", "), literals.join(", "));
        writeln!(main, "    let (y, {names}) = function{written}::gradient({literals});").unwrap();
        writeln!(main, "    close(\"function{written}\", &[y, function{written}({literals})], &[{expected:?}; 2]);")
            .unwrap();
        for (at, expected) in differences.iter().enumerate() {
            writeln!(main, "    close(\"function{written} d{at}\", dnn::tensor::flat(&[d{at}]), &{expected:?});")
                .unwrap();
        }
        written += 1;
    }
    write!(text, "fn main() {{\n{main}}}\n").unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_functions.rs");
    std::fs::write(&file, text).unwrap();
    trybuild::TestCases::new().pass(file);
}
