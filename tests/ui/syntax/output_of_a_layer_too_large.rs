use dnn::prelude::*;

network! {
    pub struct Net: [1000000, 4] -> [2] {
        fc1: Linear<4, 2000000>,
        fc2: Linear<2000000, 2>,
    }
}

fn main() {}
