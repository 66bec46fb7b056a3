use dnn::prelude::*;

network! {
    pub struct Net: [3, 4, 4] -> [3, 4, 4] {
        Dropout1d(0.2),
    }
}

fn main() {}
