use dnn::prelude::*;

network! {
    pub struct Net: [3, 8, 8] -> [4, 6] {
        conv: Conv1d<3, 4, 3>,
    }
}

fn main() {}
