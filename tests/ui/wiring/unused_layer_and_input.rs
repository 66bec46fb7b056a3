use dnn::prelude::*;

network! {
    pub struct Net: ([4], [3]) -> [2] {
        fc1: Linear<4, 2>,
        fc2: Linear<3, 2>,
        scale: Parameter<[2]>,

        fn forward(a, b) {
            fc1(a)
        }
    }
}

fn main() {}
