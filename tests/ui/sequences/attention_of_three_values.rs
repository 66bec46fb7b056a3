use dnn::prelude::*;

network! {
    pub struct Net: [5, 8] -> [5, 8] {
        attention: MultiHeadAttention<8, 2>,

        fn forward(x) {
            attention(x, x, x)
        }
    }
}

fn main() {}
