//! What PyTorch's normalisations count is passed over beside running statistics alone.
use dnn::prelude::*;

network! {
    #[weights("tracked.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
