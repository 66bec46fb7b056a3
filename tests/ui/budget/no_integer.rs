//! A limit is an integer.
use dnn::prelude::*;

network! {
    #[budget(parameters = 1.5 KiB, inference = "2 KiB", macs = 1e6)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
