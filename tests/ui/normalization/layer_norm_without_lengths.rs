use dnn::prelude::*;

network! {
    pub struct Net: [12] -> [12] {
        norm: LayerNorm,
    }
}

fn main() {}
