//! The memory to train in has a budget of its own.
use dnn::prelude::*;

network! {
    #[budget(ram = 40 KiB)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
