use dnn::prelude::*;

network! {
    pub struct Net: [3, 4, 4] -> [3, 1, 1] {
        MaxPool2d<2>,
        AvgPool2d<[2, 3]>,
    }
}

fn main() {}
