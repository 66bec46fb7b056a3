use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        PRelu,
    }
}

fn main() {}
