//! All tensors are in one file.
use dnn::prelude::*;

network! {
    #[weights("fc1.safetensors", "fc2.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
