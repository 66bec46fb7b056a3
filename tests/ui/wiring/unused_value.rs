use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2>,
        fc2: Linear<4, 2>,

        fn forward(x) {
            let skip = fc2(x);
            fc1(x)
        }
    }
}

fn main() {}
