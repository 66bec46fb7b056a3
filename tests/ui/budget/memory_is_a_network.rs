//! A network has no memory to train in.
use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

budget!(Net, ram = 40 KiB);

fn main() {}
