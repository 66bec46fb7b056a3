use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        Reshape,
        fc1: Linear<4, 2>,
    }
}

fn main() {}
