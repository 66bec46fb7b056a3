//! One budget.
use dnn::prelude::*;

network! {
    #[budget(macs = 100)]
    #[budget(parameters = 1 KB)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
