use dnn::prelude::*;

network! {
    pub struct Net: [16] -> [2] {
        Reshape<3, 5>,
        Flatten,
        fc1: Linear<15, 2>,
    }
}

fn main() {}
