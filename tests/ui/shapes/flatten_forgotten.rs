use dnn::prelude::*;

network! {
    pub struct Net: [8, 8] -> [10] {
        fc1: Linear<64, 10>,
    }
}

fn main() {}
