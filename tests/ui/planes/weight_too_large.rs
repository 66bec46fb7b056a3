use dnn::prelude::*;

network! {
    pub struct Net: [1000000, 2, 2] -> [1, 1, 1] {
        conv: Conv2d<1000000, 1000000, 2>,
    }
}

fn main() {}
