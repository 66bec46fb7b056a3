use dnn::prelude::*;

network! {
    pub struct Net: [8] -> [8] {
        blocks: [Linear<8, 8>],
    }
}

fn main() {}
