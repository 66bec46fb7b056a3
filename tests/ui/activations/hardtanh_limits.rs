use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        Hardtanh(1.0, -1.0),
    }
}

fn main() {}
