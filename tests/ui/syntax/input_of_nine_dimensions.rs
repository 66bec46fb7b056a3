use dnn::prelude::*;

network! {
    pub struct Net: [1, 1, 1, 1, 1, 1, 1, 1, 4] -> [2] {
        Flatten,
        fc1: Linear<4, 2>,
    }
}

fn main() {}
