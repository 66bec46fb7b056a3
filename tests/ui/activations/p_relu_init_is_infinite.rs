use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        act: PRelu<4>(init = 1e999),
    }
}

fn main() {}
