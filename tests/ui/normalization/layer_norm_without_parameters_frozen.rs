use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fc: Linear<4, 4>,
        #[frozen]
        LayerNorm<4, elementwise_affine = false>,
    }
}

fn main() {}
