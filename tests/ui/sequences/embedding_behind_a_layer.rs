use dnn::prelude::*;

network! {
    pub struct Net: [u8; 16] -> [16, 4, 2] {
        embedding1: Embedding<10, 4>,
        embedding2: Embedding<4, 2>,
    }
}

fn main() {}
