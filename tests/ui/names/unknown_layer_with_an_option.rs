use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        conv1: Deconvolution<1, 6, 5, padding = 2>,
    }
}

fn main() {}
