use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        const HIDDEN = 8;
        fc1: Linear<4, 2>,
    }
}

fn main() {}
