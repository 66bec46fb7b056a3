use dnn::prelude::*;

network! {
    pub struct Net: [u16; 8] -> [2] {
        fc: Linear<8, 2>,
    }
}

fn main() {}
