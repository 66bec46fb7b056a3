use dnn::prelude::*;

network! {
    pub struct Net: [4, 5, 7] -> [4, 32] {
        lstm: Lstm<8, 32>,
    }
}

fn main() {}
