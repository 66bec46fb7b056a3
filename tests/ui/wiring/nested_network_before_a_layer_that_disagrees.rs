use dnn::prelude::*;

network! {
    pub struct Body: [8] -> [6] {
        fc: Linear<8, 6>,
    }

    pub struct Net: [8] -> [2] {
        body: Body,
        fc: Linear<5, 2>,
    }
}

fn main() {}
