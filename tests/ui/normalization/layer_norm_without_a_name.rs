use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        LayerNorm<4>,
    }
}

fn main() {}
