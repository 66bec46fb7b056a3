//! Every stage prints, and every print is a snapshot. `UPDATE_EXPECT=1 cargo test -p dnn-macros` writes them anew.

use super::{block, typed};
use crate::error::Errors;
use crate::{graph, memory, syntax};
use expect_test::{ExpectFile, expect_file};

const MAZUR: &str = "
    /// Two layers of two.
    pub struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
";

/// What a LeNet is behind its convolutions: views, activations of every kind, dropout, options, arithmetic.
const CLASSIFIER: &str = "
    const CLASSES: usize = 10;

    /// Grey images to classes.
    pub struct Classifier<T>: [16, 5, 5] -> [CLASSES] {
        const HIDDEN: usize = 12 * CLASSES;
        Relu,
        Flatten,
        fc1: Linear<400, HIDDEN, bias = false>,
        Gelu<approximate = tanh>,
        Dropout(0.2),
        /// The middle.
        fc2: Linear<HIDDEN, 84>,
        Silu,
        fc3: Linear<84, CLASSES, bias = shared>,
        LogSoftmax,
    }
";

/// What chains have not: a value used twice, joins, a layer used twice, a raw parameter, several inputs and outputs.
const WIRED: &str = "
    /// A way around a layer, and a second output.
    pub struct Wired: ([6], [2]) -> ([6], [2]) {
        fc: Linear<6, 6>,
        scale: Parameter<[1]>(0.5),
        out: Linear<8, 2>,

        fn forward(state, action) {
            let h = Tanh(fc(Tanh(fc(state)))) * scale + state;
            (h, out(Concat(detach(h), 1.0 - action)))
        }
    }
";

fn stages(declaration: &str, stages: ExpectFile, expansion: ExpectFile) {
    let read = syntax::parse(block(declaration), &mut Errors::default()).expect("a declaration that can be read");
    let (typed, steps) = typed(declaration);
    let plan = memory::plan(&typed, &steps, &Default::default(), false);
    stages.assert_eq(&format!(
        "graph\n{}\nshape\n{typed}\nbackward\n{}\nmemory of inference\n{}\nmemory of training\n{}",
        graph::lower(&read.networks[0], &mut Errors::default()),
        steps.display(&typed),
        plan.infer,
        plan.train
    ));
    let file = syn::parse2(crate::network(block(declaration))).expect("an expansion that is Rust");
    expansion.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn stages_and_expansion_of_two_layers() {
    stages(MAZUR, expect_file!["snapshots/mazur.txt"], expect_file!["snapshots/mazur_expansion.txt"]);
}

#[test]
fn stages_and_expansion_of_a_classifier() {
    stages(CLASSIFIER, expect_file!["snapshots/classifier.txt"], expect_file!["snapshots/classifier_expansion.txt"]);
}

#[test]
fn stages_and_expansion_of_a_wired_network() {
    stages(WIRED, expect_file!["snapshots/wired.txt"], expect_file!["snapshots/wired_expansion.txt"]);
}

#[test]
fn the_same_declaration_gives_the_same_tokens() {
    for declaration in [MAZUR, CLASSIFIER, WIRED] {
        let expand = || crate::network(block(declaration)).to_string();
        assert_eq!(expand(), expand());
    }
}
