use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [6, 13, 13] {
        conv: Conv2d<1, 6, 3, stride = 3>,
    }
}

fn main() {}
