//! The network computes in another type than the file.
use dnn::prelude::*;

network! {
    #[weights("right.safetensors")]
    struct Net<f64>: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
