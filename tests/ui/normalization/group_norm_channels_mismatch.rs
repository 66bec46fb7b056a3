use dnn::prelude::*;

network! {
    pub struct Net: [6, 4] -> [6, 4] {
        norm: GroupNorm<2, 8>,
    }
}

fn main() {}
