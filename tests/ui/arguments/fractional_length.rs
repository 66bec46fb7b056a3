use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2.5>,
        fc2: Linear<2, 2>,
    }
}

fn main() {}
