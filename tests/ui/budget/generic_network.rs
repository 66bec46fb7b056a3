//! The bytes of a generic network are those of its scalar.
use dnn::prelude::*;

network! {
    #[budget(macs = 17, parameters = 1 KiB)]
    struct Net<T>: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
