use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [10000] {
        fc1: Linear<4, 1000000000>,
        fc2: Linear<1000000000, 10000>,
    }
}

fn main() {}
