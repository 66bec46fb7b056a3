use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 8] {
        attention: MultiHeadAttention<8, 2, causal = padding>,
    }
}

fn main() {}
