use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [10, 32] {
        gru: Gru<8, 32>,
    }
}

fn main() {}
