use dnn::prelude::*;

network! {
    pub struct Block: [4] -> [4] {
        fc: Linear<4, 4>,
        Relu,
    }

    pub struct Net: [4] -> [4] {
        blocks: [Block; 3],

        fn forward(x) {
            blocks[2](blocks[0](x))
        }
    }
}

fn main() {}
