use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        Hardtanh(min_val = 2.0),
    }
}

fn main() {}
