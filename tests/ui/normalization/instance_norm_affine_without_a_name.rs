use dnn::prelude::*;

network! {
    pub struct Net: [4, 5] -> [4, 5] {
        InstanceNorm1d<4, affine = true>,
    }
}

fn main() {}
