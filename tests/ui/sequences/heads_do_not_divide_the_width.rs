use dnn::prelude::*;

network! {
    pub struct Net: [16, 64] -> [16, 64] {
        attention: MultiHeadAttention<64, 6>,
    }
}

fn main() {}
