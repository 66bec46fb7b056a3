use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<_, 2>,
    }
}

fn main() {}
