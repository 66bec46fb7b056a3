use dnn::prelude::*;

network! {
    pub struct Net: [10, 4] -> [10, 3] {
        fc1: Linear<6, 3>,
    }
}

fn main() {}
