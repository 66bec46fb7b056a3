use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [6, 26, 26] {
        conv: Conv2d<1, 6>,
    }
}

fn main() {}
