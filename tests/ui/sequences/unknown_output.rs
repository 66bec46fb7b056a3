use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [32] {
        gru: Gru<8, 32, output = state>,
    }
}

fn main() {}
