use dnn::prelude::*;

network! {
    pub struct Net: [4] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
