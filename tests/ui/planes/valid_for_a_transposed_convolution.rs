use dnn::prelude::*;

network! {
    pub struct Net: [3, 8] -> [4, 10] {
        conv: ConvTranspose1d<3, 4, 3, padding = valid>,
    }
}

fn main() {}
