use dnn::prelude::*;

network! {
    pub struct Net: [2, 8] -> [2, 1] {
        conv: Conv1d<2, 2, 5, dilation = 2>,
    }
}

fn main() {}
