use dnn::prelude::*;

network! {
    pub struct Net: [i32; 64] -> [64, 8] {
        embedding: Embedding<256, 8>,
    }
}

fn main() {}
