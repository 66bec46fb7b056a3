use dnn::prelude::*;

network! {
    pub struct Net: [784] -> [32] {
        gru: Gru<28, 32, output = last>,
    }
}

fn main() {}
