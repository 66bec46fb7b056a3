//! A number of bytes might be meant as a number of parameters.
use dnn::prelude::*;

network! {
    #[budget(parameters = 2410)]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
