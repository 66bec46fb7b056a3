use dnn::prelude::*;

network! {
    pub struct Net: [3, 4, 4] -> [3, 4, 4] {
        Dropout2d<p = 0.2>,
    }
}

fn main() {}
