use dnn::prelude::*;

network! {
    pub struct Net: [6, 8, 8] -> [8, 6, 6] {
        conv: Conv2d<6, 8, 3, groups = 4>,
    }
}

fn main() {}
