use dnn::prelude::*;

network! {
    pub struct Net: ([12], [2, 6]) -> [24] {
        fn forward(left, right) {
            Relu(Concat(left, right))
        }
    }
}

fn main() {}
