use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        blocks: [self::Block -> [4]; 3],
    }
}

fn main() {}
