use dnn::prelude::*;

network! {
    pub struct Net: [5] -> [2] {
        fn forward(x) {
            let (a, b) = Split(x);
            a * b
        }
    }
}

fn main() {}
