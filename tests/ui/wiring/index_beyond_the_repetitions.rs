use dnn::prelude::*;

network! {
    pub struct Net: [8] -> [8] {
        blocks: [Linear<8, 8>; 2],

        fn forward(x) {
            blocks[2](blocks[0](x))
        }
    }
}

fn main() {}
