use dnn::prelude::*;

network! {
    pub struct Net: [8] -> [8] {
        fc: Linear<8, 8>,
        rest: Net,
    }
}

fn main() {}
