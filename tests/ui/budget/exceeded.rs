//! Every limit that is exceeded is a message at its place.
use dnn::prelude::*;

network! {
    #[budget(parameters = 100 B, inference = 20 B, macs = 17)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
