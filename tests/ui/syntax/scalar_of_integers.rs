use dnn::prelude::*;

network! {
    pub struct Net<u8>: [4] -> [2] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
