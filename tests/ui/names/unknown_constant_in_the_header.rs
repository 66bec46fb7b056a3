use dnn::prelude::*;

network! {
    pub struct Net: [WIDTH] -> [2] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
