use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        act: PRelu<4, 4>,
    }
}

fn main() {}
