use dnn::prelude::*;

network! {
    pub struct Net: [2, 3, 4, 5] -> [2, 3, 4, 5] {
        norm: BatchNorm2d<2>,
    }
}

fn main() {}
