use dnn::prelude::*;

network! {
    pub struct Net: [u8; 16] -> [16, 8] {
        gru: Gru<16, 8>,
    }
}

fn main() {}
