use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        Dropout2d(0.2),
    }
}

fn main() {}
