//! The file holds a tensor of another type.
use dnn::prelude::*;

network! {
    #[weights("half.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
