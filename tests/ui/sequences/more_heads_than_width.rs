use dnn::prelude::*;

network! {
    pub struct Net: [16, 4] -> [16, 4] {
        attention: MultiHeadAttention<4, 8>,
    }
}

fn main() {}
