use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [10] {
        conv1: Conv2d<1, 6, 5>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<8, 16, 5>,
        Relu,
        MaxPool2d<2>,
        Flatten,
        fc: Linear<256, 10>,
    }
}

fn main() {}
