use dnn::prelude::*;

network! {
    pub struct Net: [3, 4] -> [3, 4] {
        Dropout1d(20),
    }
}

fn main() {}
