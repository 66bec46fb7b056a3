use dnn::prelude::*;

network! {
    const HIDDEN: usize = 2 - 5;

    pub struct Net: [4] -> [2] {
        fc1: Linear<4, HIDDEN>,
        fc2: Linear<HIDDEN, 2>,
    }
}

fn main() {}
