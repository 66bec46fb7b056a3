use dnn::prelude::*;

network! {
    pub struct Net: [3, 8, 8] -> [3, 8, 8] {
        norm: BatchNorm2d<8>,
    }
}

fn main() {}
