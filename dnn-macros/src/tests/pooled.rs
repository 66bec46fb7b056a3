//! What lies between two convolutions that pool stays in blocks of samples, where nobody else reads it.

use super::typed;

/// For each convolution, the node whose result it takes in blocks.
fn follows(declaration: &str) -> Vec<Option<usize>> {
    let (typed, _) = typed(declaration);
    let layers = typed.nodes.iter().filter(|node| node.kind.starts_with("Conv2d"));
    layers.map(|node| node.follows).collect()
}

#[test]
fn a_convolution_that_pools_takes_what_another_one_makes() {
    let net = |layers: &str| follows(&format!("struct Net: [1, 20, 20] -> [9, 3, 3] {{ {layers} }}"));
    let first = "a: Conv2d<1, 6, 3>, Relu, MaxPool2d<2>,";
    assert_eq!(net(&format!("{first} b: Conv2d<6, 9, [4, 4]>, Relu, MaxPool2d<2>")), [None, Some(0)]);
    assert_eq!(net(&format!("{first} Relu, b: Conv2d<6, 9, [4, 4]>, Relu, MaxPool2d<2>")), [None, None]);
    assert_eq!(net(&format!("{first} b: Conv2d<6, 9, [4, 4]>, Tanh, MaxPool2d<2>")), [None, None]);
}

#[test]
fn what_another_layer_or_the_caller_reads_lies_as_ever() {
    let twice = "struct Net: [1, 8, 8] -> [18] {
        a: Conv2d<1, 1, 3>,
        b: Conv2d<1, 9, 2>,
        fn forward(x) {
            let between = MaxPool2d<2>(Relu(a(x)));
            Concat(Flatten(MaxPool2d<2>(Relu(b(between)))), Flatten(between))
        }
    }";
    assert_eq!(follows(twice), [None, None]);
    let given = "struct Net: [1, 8, 8] -> ([9, 1, 1], [1, 3, 3]) {
        a: Conv2d<1, 1, 3>,
        b: Conv2d<1, 9, 2>,
        fn forward(x) {
            let between = MaxPool2d<2>(Relu(a(x)));
            (MaxPool2d<2>(Relu(b(between))), between)
        }
    }";
    assert_eq!(follows(given), [None, None]);
}
