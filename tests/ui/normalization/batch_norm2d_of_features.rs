use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [6] {
        fc: Linear<4, 6>,
        norm: BatchNorm2d<6>,
    }
}

fn main() {}
