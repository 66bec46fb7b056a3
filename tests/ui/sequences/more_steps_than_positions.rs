use dnn::prelude::*;

network! {
    pub struct Net: [100, 8] -> [100, 8] {
        positions: PositionalEmbedding<64, 8>,
    }
}

fn main() {}
