use dnn::prelude::*;

network! {
    pub struct Net: [1, [4, 4]] -> [2, 2, 2] {
        conv: Conv2d<1, 2, 3>,
    }
}

fn main() {}
