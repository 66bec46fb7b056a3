use dnn::prelude::*;

network! {
    pub struct Net: [1, 4, 4] -> [1, 8, 8] {
        Upsample<mode = bilinear>,
    }
}

fn main() {}
