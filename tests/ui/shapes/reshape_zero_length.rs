use dnn::prelude::*;

network! {
    pub struct Net: [16] -> [16] {
        Reshape<0, 16>,
    }
}

fn main() {}
