use dnn::prelude::*;

network! {
    pub struct Net: ([5, 8], [u8; 5]) -> [5, 8] {
        attention: MultiHeadAttention<8, 2>,

        fn forward(x, mask) {
            attention(x, mask)
        }
    }
}

fn main() {}
