use dnn::prelude::*;

network! {
    pub struct Net: [3, 4] -> [11] {
        Flatten,
    }
}

fn main() {}
