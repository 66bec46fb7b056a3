//! The file was saved by a program that stores a weight the other way round.
use dnn::prelude::*;

network! {
    #[weights("transposed.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
