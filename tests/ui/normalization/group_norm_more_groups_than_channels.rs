use dnn::prelude::*;

network! {
    pub struct Net: [6, 4] -> [6, 4] {
        norm: GroupNorm<12, 6>,
    }
}

fn main() {}
