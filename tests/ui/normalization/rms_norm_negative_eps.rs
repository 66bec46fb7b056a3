use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        norm: RmsNorm<4>(-1e-6),
    }
}

fn main() {}
