use dnn::prelude::*;

network! {
    pub struct Net: [16, 5, 5] -> [10] {
        Flatten,
        Tanh,
        fc1: Linear<256, 10>,
    }
}

fn main() {}
