use dnn::prelude::*;

network! {
    pub struct Net: [3, 8, 8] -> [3, 8, 8] {
        InstanceNorm1d<3>,
    }
}

fn main() {}
