use dnn::prelude::*;

network! {
    pub struct Net: [4, 7, 7] -> [2, 15, 15] {
        conv: ConvTranspose2d<4, 2, 3, stride = 2, output_padding = 2>,
    }
}

fn main() {}
