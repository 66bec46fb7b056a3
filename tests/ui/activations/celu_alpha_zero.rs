use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        Celu(0.0),
    }
}

fn main() {}
