use dnn::prelude::*;

network! {
    pub struct Net: [64] -> [64] {
        PositionalEncoding,
    }
}

fn main() {}
