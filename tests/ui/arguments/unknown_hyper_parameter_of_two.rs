use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2>,
        Softplus(scale = 2.0),
    }
}

fn main() {}
