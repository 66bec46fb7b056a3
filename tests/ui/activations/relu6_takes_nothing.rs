use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        Relu6(6.0),
    }
}

fn main() {}
