use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        norm: RmsNorm<4, bias = true>,
    }
}

fn main() {}
