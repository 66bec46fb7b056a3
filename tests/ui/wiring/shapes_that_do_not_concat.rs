use dnn::prelude::*;

network! {
    pub struct Net: ([3, 4], [2, 5]) -> [5, 4] {
        fn forward(left, right) {
            Relu(Concat<axis = 0>(left, right))
        }
    }
}

fn main() {}
