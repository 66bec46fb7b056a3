use dnn::prelude::*;

network! {
    pub struct Net: [1, 4, 6] -> [2, 1, 1] {
        conv: Conv2d<1, 2, [7, 3], padding = 1>,
    }
}

fn main() {}
