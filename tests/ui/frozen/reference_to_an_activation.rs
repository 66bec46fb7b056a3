use dnn::prelude::*;

network! {
    struct Net: [4] -> [3] {
        fc1: Linear<4, 3>,
        relu: &'static Relu,
    }
}

fn main() {}
