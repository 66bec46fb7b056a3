use dnn::prelude::*;

network! {
    pub struct Net: ([u8; 4], [8]) -> [32] {
        embedding: Embedding<10, 4>,

        fn forward(tokens, features) {
            Concat(Flatten(embedding(tokens)), Flatten(embedding(features)))
        }
    }
}

fn main() {}
