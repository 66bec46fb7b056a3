use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 4>,
        fc2: Linear<4, 2>,

        fn forward(x) {
            let h = fc1(x).relu();
            fc2(h)
        }
    }
}

fn main() {}
