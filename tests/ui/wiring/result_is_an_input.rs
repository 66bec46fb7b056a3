use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fn forward(x) {
            x
        }
    }
}

fn main() {}
