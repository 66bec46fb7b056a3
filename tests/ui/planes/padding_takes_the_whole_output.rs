use dnn::prelude::*;

network! {
    pub struct Net: [4, 2] -> [2, 1] {
        conv: ConvTranspose1d<4, 2, 3, padding = 2>,
    }
}

fn main() {}
