use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fc: Linear<4, 4>,

        fn forward(x) {
            fc + x
        }
    }
}

fn main() {}
