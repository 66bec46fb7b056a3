//! The path stands in parentheses.
use dnn::prelude::*;

network! {
    #[weights = "right.safetensors"]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
