use dnn::prelude::*;

network! {
    pub struct Body: [4] -> [4] {
        fc: Linear<4, 4>,
        norm: BatchNorm1d<4>,
    }

    pub struct Net: [4] -> [2] {
        #[recompute]
        body: Body,
        fc: Linear<4, 2>,
    }
}

fn main() {}
