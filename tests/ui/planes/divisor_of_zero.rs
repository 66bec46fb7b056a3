use dnn::prelude::*;

network! {
    pub struct Net: [3, 8, 8] -> [3, 4, 4] {
        AvgPool2d<2, divisor_override = 0>,
    }
}

fn main() {}
