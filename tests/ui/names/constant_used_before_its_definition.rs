use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        const A: usize = B;
        const B: usize = 2;
        fc1: Linear<4, A>,
    }
}

fn main() {}
