use dnn::prelude::*;

network! {
    pub struct Net: [16, 10] -> [16, 10] {
        encoder: TransformerEncoderLayer<10, 4, 32>,
    }
}

fn main() {}
