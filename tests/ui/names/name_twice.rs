use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc: Linear<4, 8>,
        Relu,
        fc: Linear<8, 2>,
    }
}

fn main() {}
