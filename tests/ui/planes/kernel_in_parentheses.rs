use dnn::prelude::*;

network! {
    pub struct Net: [1, 8, 8] -> [4, 7, 6] {
        conv: Conv2d<1, 4, (2, 3)>,
    }
}

fn main() {}
