use dnn::prelude::*;

network! {
    pub struct Net: ([5, 8], [5, 8]) -> [5, 8] {
        encoder: TransformerEncoderLayer<8, 2, 16>,

        fn forward(x, mask) {
            encoder(x, mask)
        }
    }
}

fn main() {}
