use dnn::prelude::*;

network! {
    pub struct Net: [6] -> [6] {
        GroupNorm<6, 6, affine = false>,
    }
}

fn main() {}
