use dnn::prelude::*;

network! {
    pub struct Net: [28, 28] -> [28, 14, 14] {
        MaxPool2d<2>,
    }
}

fn main() {}
