use dnn::prelude::*;

const HIDDEN: usize = 8;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, HIDDEN>,
        fc2: Linear<8, 2>,
    }
}

fn main() {}
