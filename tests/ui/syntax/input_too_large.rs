use dnn::prelude::*;

network! {
    pub struct Net: [1000000, 1000000, 1000000] -> [2] {
        Flatten,
        fc1: Linear<4, 2>,
    }
}

fn main() {}
