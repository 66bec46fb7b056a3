use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        #[frozen(weight)]
        fc1: Linear<4, 3>,
        #[frozen]
        #[frozen]
        fc2: Linear<3, 2>,
    }
}

fn main() {}
