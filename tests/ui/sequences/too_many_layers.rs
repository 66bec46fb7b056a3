use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 32] {
        lstm: Lstm<8, 32, layers = 9>,
    }
}

fn main() {}
