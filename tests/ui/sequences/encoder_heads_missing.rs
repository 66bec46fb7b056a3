use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 8] {
        encoder: TransformerEncoderLayer<8>,
    }
}

fn main() {}
