use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2>,

        fn forward(x) {
            fc2(fc1(x))
        }
    }
}

fn main() {}
