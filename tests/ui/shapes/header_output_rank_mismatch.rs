use dnn::prelude::*;

network! {
    pub struct Net: [3, 4] -> [2] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
