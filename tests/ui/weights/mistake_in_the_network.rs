//! The messages about the network are enough.
use dnn::prelude::*;

network! {
    #[weights("right.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<4, 2>,
    }
}

static NET: &Net = Net::WEIGHTS;

fn main() {}
