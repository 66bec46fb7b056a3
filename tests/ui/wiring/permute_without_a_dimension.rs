use dnn::prelude::*;

network! {
    pub struct Net: [2, 3, 4] -> [4, 3, 2] {
        fn forward(x) {
            Permute<2, 1, 1>(x)
        }
    }
}

fn main() {}
