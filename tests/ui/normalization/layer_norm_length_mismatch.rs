use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [3, 4] {
        fc: Linear<4, 12>,
        Reshape<3, 4>,
        norm: LayerNorm<3>,
    }
}

fn main() {}
