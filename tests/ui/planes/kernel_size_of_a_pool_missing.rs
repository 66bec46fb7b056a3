use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [1, 14, 14] {
        MaxPool2d,
    }
}

fn main() {}
