use dnn::prelude::*;

network! {
    pub struct Net: [4, 1] -> [4, 1] {
        norm: LayerNorm<1>,
    }
}

fn main() {}
