use dnn::prelude::*;

network! {
    pub struct Net: [5, 3] -> [5, 4] {
        gru: Gru<3, 4, num_layers = 2>,
    }
}

fn main() {}
