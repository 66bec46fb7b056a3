use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc: Linear<4, 2>,

        fn forward(x) {
            h = fc(x);
            Relu(h)
        }
    }
}

fn main() {}
