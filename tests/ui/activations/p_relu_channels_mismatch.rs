use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        act: PRelu<4>,
        fc2: Linear<8, 2>,
    }
}

fn main() {}
