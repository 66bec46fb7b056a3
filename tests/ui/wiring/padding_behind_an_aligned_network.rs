use dnn::prelude::*;

network! {
    #[repr(align(64))]
    pub struct Block: [2] -> [2] {
        fc: Linear<2, 2>,
    }

    pub struct Net: [2] -> [1] {
        block: Block -> [2],
        fc: Linear<2, 1>,
    }
}

fn main() {
    let _ = Net::zeros();
}
