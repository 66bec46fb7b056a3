use dnn::prelude::*;

network! {
    pub struct Net<T: Scalar>: [4] -> [2] {
        fc1: Linear<4, 2>,
    }
}

fn main() {}
