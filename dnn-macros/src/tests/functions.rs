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
