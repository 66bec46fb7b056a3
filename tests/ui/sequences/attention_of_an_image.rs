use dnn::prelude::*;

network! {
    pub struct Net: [3, 8, 8] -> [3, 64] {
        attention: MultiHeadAttention<64, 4, causal = true>,
    }
}

fn main() {}
