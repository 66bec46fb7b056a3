use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2>,
        relu: Relu2 -> [2],
    }
}

fn main() {}
