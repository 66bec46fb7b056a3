use dnn::prelude::*;

network! {
    pub struct Net: [6, 8, 8] -> [4, 6, 6] {
        conv: Conv2d<6, 4, 3, groups = 3>,
    }
}

fn main() {}
