//! A budget has three limits.
use dnn::prelude::*;

network! {
    #[budget(parameter = 10 KiB, flash = 1 MiB)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
