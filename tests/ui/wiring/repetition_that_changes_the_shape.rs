use dnn::prelude::*;

network! {
    pub struct Block: [16, 8] -> [16, 4] {
        fc: Linear<8, 4>,
    }

    pub struct Net: [16, 8] -> [16, 4] {
        blocks: [Block; 3],
    }
}

fn main() {}
