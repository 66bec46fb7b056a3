use dnn::prelude::*;

network! {
    pub struct Net: [u8; 64] -> [64, 8] {
        embedding: Embedding<100, 8, padding_idx = 100>,
    }
}

fn main() {}
