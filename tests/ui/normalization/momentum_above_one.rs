use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        norm: BatchNorm1d<4>(momentum = 1.5),
    }
}

fn main() {}
