use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        fc2: Linear<8, 2>,

        fn forward(x) {
            let hidden = Relu(fc1(x));
            fc2(hiden)
        }
    }
}

fn main() {}
