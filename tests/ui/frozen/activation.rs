use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        #[frozen]
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
