use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [6, 14, 14] {
        conv: Conv2d<1, 6, 3, stride = 2, padding = same>,
    }
}

fn main() {}
