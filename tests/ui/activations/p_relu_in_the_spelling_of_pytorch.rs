use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        act: PReLU,
    }
}

fn main() {}
