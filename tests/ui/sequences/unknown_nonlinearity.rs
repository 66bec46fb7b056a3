use dnn::prelude::*;

network! {
    pub struct Net: [16, 8] -> [16, 32] {
        rnn: Rnn<8, 32, nonlinearity = sigmoid>,
    }
}

fn main() {}
