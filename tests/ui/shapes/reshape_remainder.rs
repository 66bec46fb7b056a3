use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [3, 3] {
        fc1: Linear<4, 10>,
        Reshape<3, -1>,
    }
}

fn main() {}
