use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc: Linear<4, 2>,
    }

    pub struct Net: [4] -> [3] {
        fc: Linear<4, 3>,
    }
}

fn main() {}
