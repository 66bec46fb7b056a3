use dnn::prelude::*;

network! {
    pub struct Net: [4, 1] -> [4, 1] {
        InstanceNorm1d<4>,
    }
}

fn main() {}
