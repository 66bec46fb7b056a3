use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 8] {
        attention: MultiHeadAttention<8, 4, dropout = 0.2>,
    }
}

fn main() {}
