//! Differentiable functions: the code that they become.

use crate::differentiable::expand;
use expect_test::expect_file;
use proc_macro2::TokenStream;

fn pretty(function: &str) -> String {
    let tokens = expand(TokenStream::new(), function.parse().expect("tokens"));
    prettyplease::unparse(&syn::parse2(tokens).expect("items"))
}

#[test]
fn the_code_of_the_mean_of_squares() {
    let code = pretty("fn z(x: &[f32; 3]) -> f32 { let y = x + 2.0; mean(y * y * 2.0) }");
    expect_file!["snapshots/z.rs"].assert_eq(&code);
}

/// The documentation of `gradient`, or of `pullback` where there is none.
fn derivation(function: &str) -> String {
    let code = pretty(function);
    let lines = code.lines().skip_while(|line| !line.contains("```text")).skip(1);
    let lines = lines.take_while(|line| !line.contains("```"));
    lines.map(|line| line.trim_start().trim_start_matches("///").trim_start_matches("* ").to_owned() + "\n").collect()
}

#[test]
fn the_derivation_of_the_mean_of_squares() {
    let text = derivation("fn z(x: &[f32; 3]) -> f32 { let y = x + 2.0; mean(y * y * 2.0) }");
    expect_file!["snapshots/z.txt"].assert_eq(&text);
}

/// The documentation prints the steps of `z`, and its loop.
#[test]
fn the_documentation_shows_what_the_macro_makes() {
    let page = include_str!("../../../src/differentiable.md");
    let block = |begin: &str| page.split(begin).nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    assert_eq!(block("```text\n"), include_str!("snapshots/z.txt"));
    let code: Vec<&str> = include_str!("snapshots/z.rs").lines().map(str::trim).collect();
    let lines: Vec<&str> = block("```rust,ignore\n").lines().map(str::trim).collect();
    assert!(lines.len() > 10 && code.windows(lines.len()).any(|window| window == lines), "{code:#?}");
}

#[test]
fn a_derivation_of_every_form() {
    let text = derivation(
        "fn every(x: &[[f32; 3]; 2], w: &[[f32; 3]; 4], s: f32, unused: f32) -> [f32; 4] {
             let h = sigmoid(linear(x, w)) * s;
             let first = self::own(h[0], 2);
             let both = concat(first, [s, -s]);
             let _ = unused;
             matmul(w, reshape(detach(both), [2, 3])[1]) + variance(x) / max(h, axis = 0)
         }",
    );
    expect_file!["snapshots/derivation.txt"].assert_eq(&text);
}
