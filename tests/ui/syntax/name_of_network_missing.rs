use dnn::prelude::*;

network! {
    pub struct: [4] -> [2] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
