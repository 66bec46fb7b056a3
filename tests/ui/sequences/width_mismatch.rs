use dnn::prelude::*;

network! {
    pub struct Net: [16, 10] -> [16, 32] {
        gru: Gru<8, 32>,
    }
}

fn main() {}
