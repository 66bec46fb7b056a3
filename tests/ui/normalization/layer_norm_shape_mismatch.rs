use dnn::prelude::*;

network! {
    pub struct Net: [2, 3, 4] -> [2, 3, 4] {
        norm: LayerNorm<2, 3>,
    }
}

fn main() {}
