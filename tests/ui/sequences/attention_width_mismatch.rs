use dnn::prelude::*;

network! {
    pub struct Net: [16, 32] -> [16, 64] {
        attention: MultiHeadAttention<64, 4>,
    }
}

fn main() {}
