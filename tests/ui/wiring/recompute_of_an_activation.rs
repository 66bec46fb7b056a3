use dnn::prelude::*;

network! {
    pub struct Net: [8] -> [2] {
        fc: Linear<8, 2>,
        #[recompute]
        relu: Relu,
    }
}

fn main() {}
