use dnn::prelude::*;

network! {
    pub struct Net: [8] -> [2] {
        Glu,
        fc: Linear<8, 2>,
    }
}

fn main() {}
