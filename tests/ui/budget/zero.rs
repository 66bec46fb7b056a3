//! A budget of nothing.
use dnn::prelude::*;

network! {
    #[budget(parameters = 0 KiB, inference = -1 B, macs = 1 - 1)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
