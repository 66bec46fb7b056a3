use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 32] {
        Gru<8, 32>,
    }
}

fn main() {}
