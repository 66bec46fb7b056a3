//! The limit of a memory is missing.
use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

budget!(Memory<Net, Adam, 8>);
budget!(Memory<Net, Adam, 8>,);

fn main() {}
