use dnn::prelude::*;

network! {
    pub struct Net: [3, 8, 8] -> [3, 4, 4] {
        MaxPool2d<3, stride = 2, padding = same>,
    }
}

fn main() {}
