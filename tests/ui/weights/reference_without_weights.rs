//! What a network with a file refers to has to be in the program too.
use dnn::prelude::*;

network! {
    struct Body: [4] -> [3] {
        fc1: Linear<4, 3>,
    }

    #[weights("head.safetensors")]
    struct Head: [4] -> [2] {
        body: &'static Body -> [3],
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
