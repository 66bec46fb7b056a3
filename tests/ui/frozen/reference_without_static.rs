use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        fc1: &Linear<4, 3>,
        fc2: &'a Linear<3, 3>,
        fc3: &'static mut Linear<3, 2>,
    }
}

fn main() {}
