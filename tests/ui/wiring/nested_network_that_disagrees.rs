use dnn::prelude::*;

network! {
    pub struct Body: [16, 8, 8] -> [16, 4, 4] {
        Flatten,
        fc: Linear<1024, 256>,
        Reshape<16, 4, 4>,
    }

    pub struct Net: [8, 8, 8] -> [4] {
        body: Body,
        Flatten,
        fc: Linear<256, 4>,
    }
}

fn main() {}
