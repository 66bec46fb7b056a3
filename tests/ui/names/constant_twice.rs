use dnn::prelude::*;

network! {
    const HIDDEN: usize = 8;
    pub struct Net: [4] -> [2] {
        const HIDDEN: usize = 4;
        fc1: Linear<4, HIDDEN>,
        fc2: Linear<HIDDEN, 2>,
    }
}

fn main() {}
