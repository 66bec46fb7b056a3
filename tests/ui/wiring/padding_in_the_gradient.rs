use dnn::prelude::*;

network! {
    #[repr(align(64))]
    pub struct Block: [2] -> [2] {
        fc1: Linear<2, 4, bias = false>,
        fc2: Linear<4, 2, bias = false>,
    }

    // Without the frozen layer the block does not begin a line.
    pub struct Net: [4] -> [2] {
        fc: Linear<4, 2>,
        #[frozen]
        kept: Linear<2, 2>,
        block: Block -> [2],
    }
}

fn main() {
    let _ = Net::zeros();
}
