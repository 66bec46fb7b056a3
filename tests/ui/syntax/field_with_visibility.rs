use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        pub(crate) fc1: Linear<4, 3>,
        pub fc2: Linear<3, 2>,
    }
}

fn main() {}
