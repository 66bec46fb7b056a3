use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [3] {
        fc: Linear<4, 2>,

        fn forward(x) {
            let h = fc(x);
            Relu(h)
        }
    }
}

fn main() {}
