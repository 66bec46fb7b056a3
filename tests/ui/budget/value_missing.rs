//! A key without its limit.
use dnn::prelude::*;

network! {
    #[budget(macs, parameters = , inference)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
