//! A file is one of a network, not of a layer.
use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        #[weights("right.safetensors")]
        fc: Linear<4, 2>,
    }
}

fn main() {}
