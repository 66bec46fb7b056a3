use dnn::prelude::*;

network! {
    pub struct Net: [4, rank = 1] -> [2] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
