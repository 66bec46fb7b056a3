use dnn::prelude::*;

network! {
    pub struct Net: [1, 9, 9] -> [1, 5, 5] {
        MaxPool2d<3, stride = 2, padding = 2>,
    }
}

fn main() {}
