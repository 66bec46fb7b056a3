use dnn::prelude::*;

network! {
    pub struct Net: [3, 4] -> [3, 4] {
        act: PRelu<4>,
    }
}

fn main() {}
