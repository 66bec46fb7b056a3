use dnn::prelude::*;

network! {
    pub struct Net: ([4], [4]) -> [2] {
        fc: Linear<4, 2>,

        fn forward(a, b) {
            fc(a, b)
        }
    }
}

fn main() {}
