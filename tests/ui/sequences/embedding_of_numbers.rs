use dnn::prelude::*;

network! {
    pub struct Net: [64] -> [64, 8] {
        embedding: Embedding<256, 8>,
    }
}

fn main() {}
