use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 8] {
        encoder: TransformerEncoderLayer<12, 4, 32>,
    }
}

fn main() {}
