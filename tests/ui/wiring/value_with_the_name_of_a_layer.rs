use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fc: Linear<4, 4>,

        fn forward(x) {
            let fc = fc(x);
            Relu(fc)
        }
    }
}

fn main() {}
