//! The file has the names of an `nn.Sequential`.
use dnn::prelude::*;

network! {
    #[weights("renamed.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
