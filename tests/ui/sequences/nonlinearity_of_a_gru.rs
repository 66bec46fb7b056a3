use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 32] {
        gru: Gru<8, 32, nonlinearity = relu>,
    }
}

fn main() {}
