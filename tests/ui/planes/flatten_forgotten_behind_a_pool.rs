use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [10] {
        conv: Conv2d<1, 6, 5>,
        MaxPool2d<2>,
        fc: Linear<864, 10>,
    }
}

fn main() {}
