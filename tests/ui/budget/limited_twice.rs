//! One limit each.
use dnn::prelude::*;

network! {
    #[budget(macs = 100, parameters = 1 KB, macs = 200)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
