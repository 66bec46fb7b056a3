use dnn::prelude::*;

network! {
    pub struct Net: ([u8; 4], [8]) -> [12] {
        fn forward(tokens, features) {
            Concat(tokens, features)
        }
    }
}

fn main() {}
