//! Units are written as in the standard.
use dnn::prelude::*;

network! {
    #[budget(parameters = 10 Kib, inference = 2 GB, macs = 10 KiB)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
