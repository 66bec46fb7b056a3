use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        norm: BatchNorm1d<4>(affine = false),
    }
}

fn main() {}
