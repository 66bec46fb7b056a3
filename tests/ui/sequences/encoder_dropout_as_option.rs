use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 8] {
        encoder: TransformerEncoderLayer<8, 4, 32, dropout = 0.2>,
    }
}

fn main() {}
