use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [3] {
        fc: Linear<4, 7>,
        Glu,
    }
}

fn main() {}
