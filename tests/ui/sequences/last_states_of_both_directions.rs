use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [2] {
        rnn: Rnn<8, 32, bidirectional = true, output = last>,
        fc: Linear<32, 2>,
    }
}

fn main() {}
