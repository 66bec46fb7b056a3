//! Zeros around the input of a convolution, which puts them there itself where it can.

use super::typed;
use crate::layers::Form;

/// For each layer with zeros, whether it does nothing.
fn vanish(declaration: &str) -> Vec<bool> {
    let (typed, _) = typed(declaration);
    let zeros = typed.nodes.iter().filter(|node| node.kind.starts_with("ZeroPad"));
    zeros.map(|node| matches!(node.operation.form, Form::View)).collect()
}

#[test]
fn zeros_around_what_one_convolution_reads_are_its_own() {
    let chain = |layers: &str, to: &str| vanish(&format!("struct Net: [2, 6, 5] -> {to} {{ {layers} }}"));
    assert_eq!(chain("ZeroPad2d<[0, 1, 2, 3]>, conv: Conv2d<2, 3, 3, stride = 2>", "[3, 5, 2]"), [true]);
    assert_eq!(chain("ZeroPad2d<1>, #[frozen] conv: Conv2d<2, 3, 3>", "[3, 6, 5]"), [true]);
    // The zeros of the first one are around those of the second one.
    assert_eq!(chain("ZeroPad2d<1>, ZeroPad2d<1>, conv: Conv2d<2, 3, 3>", "[3, 8, 7]"), [false, true]);
    // More before than behind, with nothing to take them from.
    assert_eq!(chain("ZeroPad2d<[1, 0, 0, 0]>, conv: Conv2d<2, 3, 3>", "[3, 4, 4]"), [false]);
    assert_eq!(chain("ZeroPad2d<[1, 0, 0, 0]>, conv: Conv2d<2, 3, [1, 2], padding = same>", "[3, 6, 6]"), [true]);
    // Its type is written elsewhere.
    assert_eq!(chain("ZeroPad2d<1>, conv: &'static Conv2d<2, 3, 3>", "[3, 6, 5]"), [false]);
    assert_eq!(chain("ZeroPad2d<1>, Relu, conv: Conv2d<2, 3, 3>", "[3, 6, 5]"), [false]);
    assert_eq!(vanish("struct Net: [2, 6] -> [3, 8] { ZeroPad1d<[0, 4]>, conv: Conv1d<2, 3, 3>, }"), [true]);
}

#[test]
fn zeros_stay_where_something_else_reads_them_or_the_convolution_has_others() {
    let twice = "struct Net: [2, 4] -> ([2, 4], [2, 6]) {
        conv: Conv1d<2, 2, 3>,
        fn forward(x) { let padded = ZeroPad1d<1>(x); (conv(padded), padded) }
    }";
    assert_eq!(vanish(twice), [false]);
    let shared = "struct Net: [2, 4] -> [2, 4] {
        conv: Conv1d<2, 2, 3>,
        fn forward(x) { conv(ZeroPad1d<1>(conv(ZeroPad1d<1>(x)))) }
    }";
    assert_eq!(vanish(shared), [false, false]);
    let repeated = "struct Net: [2, 4] -> [2, 4] {
        convs: [Conv1d<2, 2, 3>; 1],
        fn forward(x) { convs(ZeroPad1d<1>(x)) }
    }";
    assert_eq!(vanish(repeated), [false]);
}
