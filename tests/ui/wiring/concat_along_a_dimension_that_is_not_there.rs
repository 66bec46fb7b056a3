use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [8] {
        fn forward(x) {
            Relu(Concat<axis = 2>(x, x))
        }
    }
}

fn main() {}
