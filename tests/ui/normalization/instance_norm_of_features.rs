use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        InstanceNorm1d<4>,
    }
}

fn main() {}
