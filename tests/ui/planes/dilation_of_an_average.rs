use dnn::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [1, 13, 13] {
        AvgPool2d<2, dilation = 2>,
    }
}

fn main() {}
